"""What a Scriba resource is and what names, regions and keys look like. No I/O."""

from scriba.resources.regions import AZURE_REGIONS, validate_region
from scriba.resources.resource import (
    CreatedResource,
    Resource,
    new_key,
    validate_name,
)

__all__ = [
    "AZURE_REGIONS",
    "CreatedResource",
    "Resource",
    "new_key",
    "validate_name",
    "validate_region",
]
