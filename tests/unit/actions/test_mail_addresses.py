import pytest

from bookflow.actions.mail_addresses import is_shared_domain, normalize_address, normalize_domain


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("ana@example.com", "ana@example.com"),
        (" Ana.Lima+x@EXAMPLE.Com ", "Ana.Lima+x@example.com"),
        ("ana@bücher.example", "ana@xn--bcher-kva.example"),
        ("пример@пример.example", "пример@xn--e1afmkfd.example"),
        ("o'brien@sub.example.co", "o'brien@sub.example.co"),
    ],
)
def test_normal_form(text: str, normal: str) -> None:
    assert normalize_address(text) == normal


@pytest.mark.parametrize(
    "text",
    ["", "ana", "@example.com", "ana@", "ana@localhost", "a@b@example.com", "ana@-x.example",
     "ana lima@example.com", "ana@exa mple.com", "ana@example..com", "a..b@example.com",
     ".a@example.com", "ana@example.com\r\nBcc: x@y.z", "ana\r\n@example.com",
     "<ana@example.com>", "ana@example.com,bob@example.com", "a" * 65 + "@example.com",
     "ana@" + "a" * 64 + ".com", "ana@" + "a." * 130 + "com", "ana\x00@example.com",
     "\ud800@example.com", "ana@\ud800.example", "ana\u202e@example.com",
     "=?utf-8?q?a=0D=0ABcc=3A_x=40y.z?=@example.com", '"a"@example.com'],
)  # fmt: skip
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - its text is the address itself
        normalize_address(text)


def test_domains() -> None:
    assert normalize_domain("BÜCHER.example") == "xn--bcher-kva.example"
    assert is_shared_domain("gmail.com")
    assert not is_shared_domain("clinic.example")
