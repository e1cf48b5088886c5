import pytest

from bookflow.errors import AuthoringError, ConfigurationError
from bookflow.settings import Settings
from bookflow.spec.authoring.folders import read_identity


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BOOKFLOW_SPECS_GIT", "sometimes"),
        ("BOOKFLOW_SPECS_REMOTE", "--upload-pack=evil"),
        ("BOOKFLOW_SPECS_REMOTE", "two words"),
        ("BOOKFLOW_SPECS_COMMITTER", "nobody"),
        ("BOOKFLOW_SPECS_COMMITTER", "<a@b>"),
        ("BOOKFLOW_SPECS_COMMITTER", "a <b c>"),
        ("BOOKFLOW_SPECS_COMMITTER", "a\nb <c@d>"),
        ("BOOKFLOW_SPECS_PULL_SECONDS", "0"),
        ("BOOKFLOW_SPECS_PULL_SECONDS", "nan"),
    ],
)
def test_setting_that_does_not_fit_is_named(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=name):
        Settings.from_environment({name: value})


def test_committer_is_a_name_and_an_address() -> None:
    author = read_identity("The Server <server@example.com>")
    assert (author.name, author.email) == ("The Server", "server@example.com")
    with pytest.raises(AuthoringError):
        read_identity("nobody")
