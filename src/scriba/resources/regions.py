"""Region identifiers: the first label of an Azure-style host name."""

import re

from scriba.errors import InvalidRegion

# A region is one label of a host name, so it can never hold a dot or an upper-case letter.
_REGION = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")

AZURE_REGIONS = frozenset(
    {
        "australiaeast",
        "brazilsouth",
        "canadacentral",
        "canadaeast",
        "centralindia",
        "centralus",
        "eastasia",
        "eastus",
        "eastus2",
        "francecentral",
        "germanywestcentral",
        "italynorth",
        "japaneast",
        "japanwest",
        "jioindiawest",
        "koreacentral",
        "northcentralus",
        "northeurope",
        "norwayeast",
        "qatarcentral",
        "southafricanorth",
        "southcentralus",
        "southeastasia",
        "swedencentral",
        "switzerlandnorth",
        "switzerlandwest",
        "uaenorth",
        "uksouth",
        "ukwest",
        "usgovarizona",
        "usgovvirginia",
        "westcentralus",
        "westeurope",
        "westus",
        "westus2",
        "westus3",
    }
)
"""Identifiers that Azure's Speech service uses; a resource may name any other as well."""


def validate_region(region: str) -> str:
    """The region in lower case; raises InvalidRegion where it could not be a host name's label."""
    lowered = region.strip().lower()
    if not _REGION.fullmatch(lowered):
        raise InvalidRegion(
            f"{region[:80]!r}; use letters, digits and hyphens, at most 40, such as westus"
        )
    return lowered
