"""`python -m bookflow` is the `bookflow` command, also where the package isn't installed."""

from bookflow.cli.app import main

if __name__ == "__main__":
    main()
