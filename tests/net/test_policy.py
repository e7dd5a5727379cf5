import ipaddress
import re

import pytest

from scriba.errors import SettingsError
from scriba.net.policy import Policy

REFUSED = re.findall(
    r"\S+",
    """
    127.0.0.1 127.255.255.254 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254
    169.254.0.1 0.0.0.0 0.1.2.3 100.64.0.1 100.100.100.200 192.0.0.1 192.0.0.192 192.0.2.1
    192.88.99.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1
    255.255.255.255 168.63.129.16
    :: ::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::127.0.0.1 ::8.8.8.8
    fe80::1 fe80::1%eth0 fec0::1 fc00::1 fd00::1 fd00:ec2::254 ff02::1 ff0e::1 100::1
    2001:db8::1 2001::1 2001:0:7f00:1:: 2002:7f00:1:: 2002:a9fe:a9fe:: 2002:c0a8:101::
    64:ff9b::127.0.0.1 64:ff9b::10.0.0.1 64:ff9b::169.254.169.254 64:ff9b:1::1 3fff::1 5f00::1
    4000::1 8000::1 2002:808:808::1
    """,
)
ALLOWED = re.findall(
    r"\S+",
    """
    1.1.1.1 8.8.8.8 52.168.1.1 172.15.0.1 172.32.0.1 11.0.0.1 100.63.255.255 100.128.0.1
    2606:4700::1111 2a00:1450:4001::200e ::ffff:8.8.8.8 64:ff9b::8.8.8.8
    """,
)


@pytest.mark.parametrize("address", REFUSED)
def test_what_is_not_public_is_refused(address: str) -> None:
    assert not Policy().allows(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ALLOWED)
def test_what_is_public_is_allowed(address: str) -> None:
    assert Policy().allows(ipaddress.ip_address(address))


@pytest.mark.parametrize("text", ["true", " TRUE ", "yes"])
def test_an_operator_may_allow_everything(text: str) -> None:
    policy = Policy.parse(text)
    assert all(policy.allows(ipaddress.ip_address(each)) for each in REFUSED + ALLOWED)


def test_an_operator_may_allow_networks() -> None:
    policy = Policy.parse("10.0.0.0/8, fd00::/8,127.0.0.1")
    allowed = ["10.1.2.3", "127.0.0.1", "::ffff:10.1.2.3", "fd00::1", "64:ff9b::10.1.2.3"]
    refused = ["127.0.0.2", "11.0.0.1", "fc00::1", "::ffff:192.168.1.1", "::1", "10.1.2.3"]
    assert [policy.allows(ipaddress.ip_address(each)) for each in allowed] == [True] * 5
    wanted = [False, True, False, False, False, True]
    assert [policy.allows(ipaddress.ip_address(each)) for each in refused] == wanted


def test_a_scope_is_no_part_of_the_number() -> None:
    assert Policy.parse("fe80::/10").allows(ipaddress.ip_address("fe80::1%eth0"))


@pytest.mark.parametrize("text", ["", "false", "no"])
def test_by_default_nothing_private_is_allowed(text: str) -> None:
    assert Policy.parse(text) == Policy()


@pytest.mark.parametrize("text", ["10.0.0.0/40", "localhost", "10.0.0.0/8,,", "all"])
def test_a_wrong_network_is_named(text: str) -> None:
    with pytest.raises(SettingsError, match="SCRIBA_ALLOW_PRIVATE_ADDRESSES"):
        Policy.parse(text)
