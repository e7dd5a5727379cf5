"""Chinese characters as numerals: what a run of them is worth and how it is written in figures."""

DIGITS = {
    character: value
    for value, characters in enumerate(
        ("零〇", "一壹", "二两兩贰貳", "三叁參", "四肆", "五伍", "六陆陸", "七柒", "八捌", "九玖")
    )
    for character in characters
}
TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
MYRIADS = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8, "兆": 10**12}

CHARACTERS = "".join((*DIGITS, *TENS, *MYRIADS))


def spelled_digits(run: str) -> str | None:
    """The figures of a run that names digits one by one ("二零二四" is "2024")."""
    if all(character in DIGITS for character in run):
        return "".join(str(DIGITS[character]) for character in run)
    return None


def value(run: str, japanese: bool = False) -> int | None:
    """What a well-formed run is worth; None for any other ("三四十", which is "thirty or forty").

    A lone last digit counts tenths of the unit before it in Chinese: 两千三 is 2300. A bare 百 or
    千 is a number in Japanese only.
    """
    total, rest = 0, run
    for character, unit in sorted(MYRIADS.items(), key=lambda one: -one[1]):
        if character not in rest:
            continue
        head, _, rest = rest.partition(character)
        part = _section(head, japanese)
        if not head or part is None:
            return None
        total += part * unit
        if not japanese and len(rest) == 1 and DIGITS.get(rest, 0):
            return total + DIGITS[rest] * unit // 10
    if not rest:
        return total if run else None
    part = _section(rest, japanese)
    if part is None or (total and not part):
        return None
    return total + part


def _section(run: str, japanese: bool) -> int | None:
    """The value of a run under 10,000."""
    total, last_unit, digit, zero = 0, 10_000, None, False
    for character in run:
        if character in TENS:
            unit = TENS[character]
            bare = digit is None
            if unit >= last_unit or digit == 0 or (bare and unit > 10 and not japanese):
                return None
            total += (1 if digit is None else digit) * unit
            last_unit, digit, zero = unit, None, False
        elif character not in DIGITS or digit is not None:
            return None
        elif DIGITS[character] == 0 and len(run) > 1:
            zero = True
        else:
            digit = DIGITS[character]
    if digit is None:
        return None if zero else total
    if not japanese and not zero and 100 <= last_unit <= 1000:
        return total + digit * last_unit // 10
    return total + digit


def figures(run: str, japanese: bool = False) -> str | None:
    """A run as readers write it: 12345, 3万, and in Japanese 3万5700; None if it is no number."""
    number = value(run, japanese)
    if number is None:
        return None
    places = [index for index, character in enumerate(run) if character in MYRIADS]
    if not places:
        return str(number)
    if not japanese and (len(places) > 1 or places[0] != len(run) - 1):
        return str(number)
    written, start = "", 0
    for place in places:
        written += f"{value(run[start:place], japanese)}{run[place]}"
        start = place + 1
    tail = run[start:]
    return written + (str(value(tail, japanese)) if tail else "")
