"""`spectrum token`: a token for development."""

from argparse import ArgumentParser
from collections.abc import Sequence

from app.domain.access import Role
from app.edge.tokens import issue_token
from app.errors import ConfigurationError
from app.wiring import read_access

A_DAY_S = 86_400


def add(parser: ArgumentParser) -> None:
    """The options of `spectrum token`."""
    parser.add_argument("--person", required=True, metavar="KEY", help="the app's own key of the person")
    parser.add_argument("--role", action="append", choices=[*Role], help="may be repeated; USER without one")
    parser.add_argument("--ttl", type=int, default=A_DAY_S, metavar="S", help="seconds it holds (at most a day)")
    parser.set_defaults(
        run=lambda asked: token(asked.person, [Role(role) for role in asked.role or [Role.USER]], asked.ttl)
    )


async def token(person: str, roles: Sequence[Role], ttl_s: int) -> int:
    """Print a token, alone, so that a script can take it."""
    secret = read_access().secret
    if secret is None:
        raise ConfigurationError("Tokens come from the issuer behind SPECTRUM_AUTH_JWKS_URL, not from here.")
    print(issue_token(secret, subject=person, roles=roles, ttl_s=ttl_s))
    return 0
