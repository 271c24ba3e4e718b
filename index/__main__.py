"""`python -m index`: the command line."""

from __future__ import annotations

import sys

if __name__ == "__main__":
    try:
        from index.cli.app import main

        sys.exit(main())
    except KeyboardInterrupt:  # while it was loading
        sys.exit(1)
