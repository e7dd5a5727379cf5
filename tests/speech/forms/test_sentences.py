"""The forms of English sentences as the recogniser writes them, its habits included."""

import pytest

from scriba.speech.forms import render

# Text, lexical, display.
SENTENCES = [
    # Money and ranges
    ("Between 5 and 8 dollars.", "between five and eight dollars", "Between $5 and $8."),
    ("It's two or three dollars.", "it's two or three dollars", "It's $2 or $3."),
    ("Two to four thousand euros.", "two to four thousand euros", "€2,000 to €4,000."),
    ("Two or three hundred came.", "two or three hundred came", "200 or 300 came."),
    ("Twenty or thirty cents.", "twenty or thirty cents", "$0.20 or $0.30."),
    ("That's 75¢ or CA$3.", "that's seventy five cents or three canadian dollars", None),
    ("It fell by -$3 million.", "it fell by minus three million dollars", None),
    ("Pay $ 30 now.", "pay thirty dollars now", None),
    # Dates, eras and times
    ("On May 4th, 1988.", "on may fourth nineteen eighty eight", None),
    ("In 30 BC.", "in thirty b c", None),
    ("In thirty b c.", "in thirty b c", "In 30 BC."),
    ("We met at fifteen forty.", "we met at fifteen forty", "We met at 15:40."),
    ("The 2018/19 season.", "the twenty eighteen nineteen season", None),
    ("In mid-2015.", "in mid twenty fifteen", None),
    ("At fourteen hundred hours.", "at fourteen hundred hours", "At 1400 hours."),
    # Sizes and powers
    ("A 6x9 rug.", "a six by nine rug", None),
    ("She's 5'7\" tall.", "she's five feet seven inches tall", None),
    ("Rates of 4 1/2%.", "rates of four and a half percent", None),
    ("It's 10^3 or 7².", "it's ten to the power of three or seven squared", None),
    ("It needs 12 V and 60W.", "it needs twelve volts and sixty watts", None),
    # Names
    ("It's a B2C shop.", "it's a b two c shop", None),
    ("She codes in C#.", "she codes in c sharp", None),
    ("Maj. Hill saw Pt. Reyes.", "major hill saw point reyes", None),
    ("See Fig. 4 on p. 9.", "see figure four on page nine", None),
    ("He sang Ave Maria.", "he sang ave maria", None),
    ("We saw Elizabeth I.", "we saw elizabeth the first", None),
    ("Turn the A/C off.", "turn the a c off", None),
    ("The three of us left.", "the three of us left", None),
    # Counting
    ("One. Two. Three.", "one two three", "1. 2. 3."),
    ("Three two one go.", "three two one go", "3 2 1 go."),
    ("From between one and ten.", "from between one and ten", "From between 1 and 10."),
    # Habits of the recogniser
    ("There were 30 000 fans.", "there were thirty thousand fans", "There were 30,000 fans."),
    ("MR. HILL PAID FIVE DOLLARS.", "mister hill paid five dollars", "MR. HILL PAID $5."),
    ("I LIVE AT 9 OAK STREET.", "i live at nine oak street", "I LIVE AT 9 OAK ST."),
    ("i paid five dollars", "i paid five dollars", "I paid $5."),
    ("- Hello. - It's 6 p.m.", "hello it's six p m", "- Hello. - It's 6 PM."),
    ("(upbeat music) Welcome.", "welcome", "Welcome."),
    ("♪ Music playing ♪ Welcome.", "welcome", "Welcome."),
    ("(dramatic) reading", "dramatic reading", "(Dramatic) reading."),
    ("Well, I- I saw...", "well i i saw", None),
]


@pytest.mark.parametrize(("text", "lexical", "display"), SENTENCES)
def test_forms(text: str, lexical: str, display: str | None) -> None:
    forms = render(text, "en-US")
    assert (forms.lexical, forms.display) == (lexical, display or text)


def test_the_sign_of_an_amount_stays_in_the_itn_form() -> None:
    assert render("It lost -$3 million.", "en-US").itn == "it lost -$3 million"


def test_letters_that_the_recogniser_starred_stay_one_word() -> None:
    assert render("That's f***ing cold.", "en-US", "raw").itn == "that's f***ing cold"


@pytest.mark.parametrize(
    "part",
    ["five to ", "two or ", "one. ", "1-2 ", "$ 5 ", "p. 5 ", "000 ", "♪ music ", "f*", "5'5' "],
)
def test_long_chains_are_harmless(part: str) -> None:
    text = part * 1500
    assert render(text, "en-US", "removed").groups[-1].source[1] == len(text.split())
