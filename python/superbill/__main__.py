"""`python -m superbill`."""

import sys

from superbill.cli import main

sys.exit(main())
