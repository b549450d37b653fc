"""The district (구·군) that an address names."""

from cohorts.eligibility import province_of

ENDINGS = ("구", "군", "시")


def district_of(address: str, home: str = "") -> str | None:
    """The 구 or 군, or the 시 of a province, as "수성구"; outside the province `home` the province alone, as "경북".

    Without a `home`, both: "대구 수성구". An address of the province that names no district is the province;
    None for an address that begins with no province. Its first two words are enough.
    """
    province = province_of(address)
    if province is None:
        return None
    if home and province != home:
        return province
    words = address.split()
    named = words[1] if len(words) > 1 and len(words[1]) > 1 and words[1].endswith(ENDINGS) else ""
    if not named:
        return province
    return named if home else f"{province} {named}"
