"""Which addresses may be called: public ones, and those that the operator allows."""

import ipaddress
from dataclasses import dataclass

from scriba.errors import SettingsError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# Public by number, and yet the inside of a cloud: Azure's WireServer and its DNS.
_METADATA = frozenset({ipaddress.ip_address("168.63.129.16")})
# The only range outside global unicast that leads to public hosts: NAT64's translation of IPv4.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_UNICAST = ipaddress.IPv6Network("2000::/3")
# Set aside for special uses that some versions of `ipaddress` take for public.
_SPECIAL_V4 = (ipaddress.IPv4Network("192.0.0.0/24"), ipaddress.IPv4Network("192.88.99.0/24"))
_SPECIAL_V6 = tuple(map(ipaddress.IPv6Network, ("2001::/23", "2002::/16", "3fff::/20")))


@dataclass(frozen=True, slots=True)
class Policy:
    """What may be called beside public addresses: everything, or these networks."""

    everything: bool = False
    networks: tuple[Network, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "Policy":
        """The policy of SCRIBA_ALLOW_PRIVATE_ADDRESSES: `true`, empty, or networks with commas.

        Raises SettingsError.
        """
        if text.strip().lower() in ("", "false", "no", "off"):
            return cls()
        if text.strip().lower() in ("true", "yes", "on"):
            return cls(everything=True)
        networks = []
        for item in text.split(","):
            try:
                networks.append(ipaddress.ip_network(item.strip(), strict=False))
            except ValueError:
                raise SettingsError(
                    f"SCRIBA_ALLOW_PRIVATE_ADDRESSES: {item.strip()[:60]!r} is not a network; use "
                    "`true`, or networks such as 10.0.0.0/8,fd00::/8"
                ) from None
        return cls(networks=tuple(networks))

    def allows(self, address: Address) -> bool:
        """Whether this address may be called.

        An IPv4-mapped IPv6 address is the IPv4 address; one of NAT64, which carries packets to an
        IPv4 address, must pass as that as well.
        """
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        if self.everything or self._listed(address):
            return True
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
            return _public(inner) or self._listed(inner)
        return _public(address)

    def _listed(self, address: Address) -> bool:
        if isinstance(address, ipaddress.IPv6Address) and address.scope_id:
            # The scope (`%eth0`) says which link, and is no part of the number.
            address = ipaddress.IPv6Address(int(address))
        return any(address.version == net.version and address in net for net in self.networks)


def _public(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv4Address):
        if address.is_multicast or address.is_reserved or address in _METADATA:
            return False
        return address.is_global and not any(address in net for net in _SPECIAL_V4)
    special = any(address in net for net in _SPECIAL_V6)
    return address.is_global and address in _UNICAST and not special
