import pytest

from bookflow.actions.sms_segments import count_segments


@pytest.mark.parametrize(
    ("text", "encoding", "units", "segments"),
    [
        ("", "GSM-7", 0, 1),
        ("x" * 160, "GSM-7", 160, 1),
        ("x" * 161, "GSM-7", 161, 2),
        ("x" * 306, "GSM-7", 306, 2),
        ("x" * 307, "GSM-7", 307, 3),
        ("€" * 80, "GSM-7", 160, 1),
        ("€" * 81, "GSM-7", 162, 2),
        ("{}[]~|^\\\f", "GSM-7", 18, 1),
        ("Äöñàßé¿¡ΔΩ", "GSM-7", 10, 1),
        ("я" * 70, "UCS-2", 70, 1),
        ("я" * 71, "UCS-2", 71, 2),
        ("я" * 134, "UCS-2", 134, 2),
        ("я" * 135, "UCS-2", 135, 3),
        ("😀" * 35, "UCS-2", 70, 1),
        ("😀" * 36, "UCS-2", 72, 2),
        ("ç", "UCS-2", 1, 1),
        ("`", "UCS-2", 1, 1),
    ],
)
def test_segments(text: str, encoding: str, units: int, segments: int) -> None:
    count = count_segments(text)
    assert (count.encoding, count.units, count.segments) == (encoding, units, segments)


def test_characters_of_two_units_are_not_torn_apart() -> None:
    # 153 septets hold 76 escaped characters, so the odd one is left unused in each part
    assert count_segments("€" * 152).segments == 2
    assert count_segments("€" * 153).segments == 3
    # 67 units hold 33 emoji
    assert count_segments("😀" * 66).segments == 2
    assert count_segments("😀" * 67).segments == 3
