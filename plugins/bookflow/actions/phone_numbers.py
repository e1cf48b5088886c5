"""Phone numbers: from what people write to E.164, the form that providers take."""

from __future__ import annotations


def to_e164(text: str, *, region: str) -> str:
    """Give a number as E.164; raises `ValueError` saying what is wrong with it.

    A number without `+` is read as one of `region` (ISO 3166, such as `US`).

    >>> to_e164("(202) 555-0123", region="US")
    '+12025550123'
    """
    # 60 ms of imports that only a task which sends texts needs
    import phonenumbers

    if len(text) > 40 or not text.isprintable():
        raise ValueError("it is not a phone number")
    try:
        number = phonenumbers.parse(text, None if text.lstrip().startswith("+") else region)
    except phonenumbers.NumberParseException as error:
        if error.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE:
            raise ValueError("it has no known country code") from None
        raise ValueError("it is not a phone number") from None
    if not phonenumbers.is_valid_number(number):
        raise ValueError("no such number can exist in its country")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
