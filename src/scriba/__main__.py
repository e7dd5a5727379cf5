"""`python -m scriba` is the command `scriba`."""

import sys

from scriba.cli import main

sys.exit(main())
