"""English words to written forms, and written forms to words."""

import pytest

from scriba.speech.forms import itn, tn
from scriba.speech.forms.english.numbers import SCALES, cardinal, ordinal, spell, spell_ordinal
from scriba.speech.forms.english.roman import from_roman, to_roman

WRITTEN = {
    # Numbers
    "forty two": "42",
    "eleven hundred twenty one": "1,121",
    "three lakh fifty thousand": "350,000",
    "two million three": "2,000,003",
    "five million people": "5 million people",
    "minus sixty point two four": "-60.24",
    "point zero two": ".02",
    "two and a half million dollars": "$2.5 million",
    "five and three quarters": "5 3/4",
    "three fifths of them": "3/5 of them",
    "a hundred times": "a hundred times",
    "a hundred and six dollars": "$106",
    # Words that only look like numbers
    "one of them won": "one of them won",
    "number one": "number one",
    "wait a second": "wait a second",
    "at this point two left": "at this point 2 left",
    "she came second out of nine": "she came 2nd out of 9",
    "gate one": "gate 1",
    "one in five": "1 in 5",
    # Money and percent
    "eighty cents": "$0.80",
    "my two cents": "my 2 cents",
    "twelve dollars sixty": "$12.60",
    "one point five billion euros": "€1.5 billion",
    "he owed six pounds": "he owed £6",
    "he lost six pounds": "he lost 6 pounds",
    "thirty bucks": "30 bucks",
    "zero point five percent": "0.5%",
    # Dates and years
    "june fifth two thousand nine": "june 5 2009",
    "the third of april nineteen oh four": "the 3rd of april 1904",
    "march eighteen forty eight": "march 1848",
    "they march two miles": "they march 2 miles",
    "since two thousand": "since 2000",
    "two thousand people": "2,000 people",
    "the nineteen twenties": "the 1920s",
    "in her thirties": "in her 30s",
    # Times
    "at ten fifty": "at 10:50",
    "ten oh five p m": "10:05 PM",
    "six a m p s t": "6 AM PST",
    "half past nine": "9:30",
    "a quarter to one": "12:45",
    "ten to eleven p m": "10:50 PM",
    "ten to eleven people": "10 to 11 people",
    "from five to six p m": "from 5 to 6 PM",
    "four o'clock": "4 o'clock",
    # Digits and codes
    "plus four four two oh seven nine four six oh nine five eight two": "+442 079-460-9582",
    "double five one two": "5512",
    "room three oh six": "room 306",
    "one nine two dot one six eight dot oh dot one": "192.168.0.1",
    "gate c seventeen": "gate c17",
    # Addresses
    "a b c at x y z dot com": "abc@xyz.com",
    "find us at example dot org": "find us at example.org",
    "w w w dot example dot co dot uk slash help": "www.example.co.uk/help",
    "sixty one birch road": "61 birch Rd.",
    # Names and scores
    "doctor lee and mister wu": "Dr. lee and Mr. wu",
    "the doctor said": "the doctor said",
    "world war one": "world war I",
    "louis the sixteenth was king": "louis XVI was king",
    "they won four to one": "they won 4-1",
    "the u s and the u k": "the U.S. and the U.K.",
    "sixty kilometers per hour": "60 km/h",
    "twenty degrees celsius": "20°C",
    "twenty degrees": "20 degrees",
}

SPOKEN = {
    "1,001": "one thousand one",
    "004": "zero zero four",
    "-0.25": "minus zero point two five",
    "10001": "one zero zero zero one",
    "$18.05": "eighteen dollars five cents",
    "$.75": "seventy five cents",
    "£1.20": "one pound twenty pence",
    "$4 million": "four million dollars",
    "$20-$30": "twenty dollars to thirty dollars",
    "a $5 bill": "a five dollar bill",
    "12%": "twelve percent",
    "1/3": "one third",
    "3 1/2": "three and a half",
    "3 1/4": "three and one quarter",
    "+44 20 7946 0958": "plus four four two zero seven nine four six zero nine five eight",
    "24/7": "twenty four seven",
    "7kg": "seven kilograms",
    "1 km": "one kilometer",
    "98.6°F": "ninety eight point six degrees fahrenheit",
    "10:05 a.m.": "ten oh five a m",
    "14:30:01": "fourteen hours thirty minutes and one second",
    "March 3, 1905": "march third nineteen oh five",
    "3 March 2010": "the third of march twenty ten",
    "2016-11-03": "november third twenty sixteen",
    "Jan. 2": "january second",
    "1990s": "nineteen nineties",
    "2000": "two thousand",
    "1066": "ten sixty six",
    "22nd": "twenty second",
    "+1 (212) 555-0123": "plus one two one two five five five zero one two three",
    "1-800-FLOWERS": "one eight hundred flowers",
    "10.0.0.1": "one zero dot zero dot zero dot one",
    "bob1@example.com": "bob one at example dot com",
    "https://example.org/a-b": "h t t p s colon slash slash example dot org slash a dash b",
    "Prof. Ng": "professor ng",
    "No. 7": "number seven",
    "St. Ives": "saint ives",
    "9 Elm St.": "nine elm street",
    "Henry V": "henry the fifth",
    "Part III": "part three",
    "AT&T": "a t and t",
    "COVID-19": "covid nineteen",
    "mid-1980s": "mid nineteen eighties",
    "401(k)": "four oh one k",
    "Flight 370": "flight three seventy",
    "5G": "five g",
    "13rd": "thirteen rd",
}


@pytest.mark.parametrize(("spoken", "written"), WRITTEN.items())
def test_itn(spoken: str, written: str) -> None:
    assert itn(spoken.split(), "en-US") == written


@pytest.mark.parametrize(("written", "spoken"), SPOKEN.items())
def test_tn(written: str, spoken: str) -> None:
    assert tn(written, "en-US") == spoken


NUMBERS = [0, 1, 9, 10, 19, 20, 21, 99, 100, 101, 110, 999, 1000, 1001, 1100, 12345, 10**6, 10**9]


@pytest.mark.parametrize("number", [*NUMBERS, 987654321, 10**12 + 7, SCALES["decillion"]])
def test_cardinals_come_back(number: int) -> None:
    words = spell(number)
    assert cardinal(words, 0, len(words)) == (number, len(words))


@pytest.mark.parametrize("number", [1, 2, 3, 5, 8, 9, 12, 20, 21, 40, 99, 100, 101, 112, 121, 1000])
def test_ordinals_come_back(number: int) -> None:
    words = spell_ordinal(number)
    assert ordinal(words, 0, len(words)) == (number, len(words))


def test_roman_numerals_come_back() -> None:
    assert [from_roman(to_roman(number)) for number in range(1, 100)] == list(range(1, 100))
    assert from_roman("IIII") is None
    assert from_roman("") is None
