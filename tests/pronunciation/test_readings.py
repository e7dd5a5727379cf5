"""Ways to say figures."""

import pytest

from scriba.pronunciation.miscues import find
from scriba.pronunciation.readings import others
from scriba.pronunciation.reference import apart, read, recognised
from scriba.pronunciation.settling import settled
from scriba.speech.results import Word

from .spoken import sound_of


@pytest.mark.parametrize(
    ("written", "usual", "also"),
    [
        ("317", "three hundred seventeen", ["three seventeen", "three one seven"]),
        ("317", "three hundred seventeen", ["three hundred and seventeen"]),
        ("105", "one hundred five", ["one oh five", "one zero five", "a hundred and five"]),
        ("1999", "nineteen ninety nine", ["one thousand nine hundred and ninety nine"]),
        ("2026", "twenty twenty six", ["two thousand twenty six", "two thousand and twenty six"]),
        ("1500", "fifteen hundred", ["one thousand five hundred", "a thousand five hundred"]),
        ("1,250", "one thousand two hundred fifty", ["one thousand two hundred and fifty"]),
        ("100", "one hundred", ["a hundred"]),
        ("007", "zero zero seven", ["oh oh seven", "seven"]),
        ("0.5", "zero point five", ["point five", "oh point five"]),
        ("3.14", "three point one four", ["three point fourteen"]),
        ("$5.20", "five dollars twenty cents", ["five twenty", "five dollars and twenty cents"]),
        ("2:30", "two thirty", ["half past two"]),
        ("3:45", "three forty five", ["a quarter to four"]),
        ("12:50 pm", "twelve fifty p m", ["ten to one p m"]),
        ("10:00", "ten o'clock", ["ten"]),
        ("5", "fifth", ["the fifth", "five"]),
        ("1/2", "one half", ["a half", "half", "one over two"]),
        ("½", "one half", ["a half", "half"]),
        ("3-1", "three to one", ["three one"]),
        ("10 kg", "ten kilograms", ["ten kilos", "ten k g"]),
        ("2.5", "two point five", ["two and a half"]),
        ("1.5 million", "one point five million", ["one and a half million"]),
        ("22:15", "twenty two fifteen", ["ten fifteen", "a quarter past ten"]),
        ("14:00", "fourteen hundred", ["two o'clock", "fourteen"]),
        ("16:9", "sixteen to nine", ["sixteen nine", "sixteen by nine"]),
        (
            "01/05/2020",
            "january fifth twenty twenty",
            ["january fifth two thousand twenty", "january fifth two thousand and twenty"],
        ),
        ("$1.50", "one dollar fifty cents", ["a dollar fifty", "one fifty"]),
        ("20°C", "twenty degrees celsius", ["twenty degrees", "twenty degrees centigrade"]),
        ("60 mph", "sixty miles per hour", ["sixty miles an hour"]),
        ("3x", "three x", ["three times"]),
        ("10k", "ten k", ["ten thousand"]),
        ("one/two", "one slash two", ["one or two", "one two"]),
        ("8:00-9:00", "eight o'clock to nine o'clock", ["eight to nine", "eight to nine o'clock"]),
        ("8:30-9:30", "eight thirty to nine thirty", ["half past eight to half past nine"]),
        ("$5-$10", "five dollars to ten dollars", ["five to ten dollars"]),
        ("3-0", "three to zero", ["three nothing", "three nil"]),
        ("1,500", "one thousand five hundred", ["fifteen hundred"]),
        ("1905", "nineteen oh five", ["nineteen hundred five", "nineteen hundred and five"]),
        ("5'10", "five feet ten inches", ["five foot ten"]),
        ("-5", "minus five", ["negative five"]),
        ("A380", "a three eight zero", ["a three eighty"]),
        ("#317", "number three hundred seventeen", ["number three seventeen"]),
        ("2:45", "two forty five", ["a quarter till three", "fifteen to three"]),
        ("3:15", "three fifteen", ["quarter after three"]),
        ("7:30am", "seven thirty a m", ["half past seven a m"]),
        ("2.5 kg", "two point five kilograms", ["two and a half kilos"]),
        ("$1.5 million", "one point five million dollars", ["one and a half million dollars"]),
        ("5/6/2020", "may sixth twenty twenty", ["may the sixth twenty twenty"]),
        ("3.05", "three point zero five", ["three point oh five"]),
        ("1/8", "one eighth", ["an eighth"]),
        ("0", "zero", ["oh"]),
        ("e.g.", "e g", ["for example", "for instance"]),
    ],
)
def test_figures_may_be_said_in_several_ways(written: str, usual: str, also: list[str]) -> None:
    found = [" ".join(way) for way in others(written, usual.split())]
    assert set(also) <= set(found)
    assert usual not in found
    assert len(found) == len(set(found))


@pytest.mark.parametrize(
    ("written", "usual"),
    [
        ("1 ½", "one and a half"),
        ("7", "seven"),
        ("Dr.", "doctor"),
        ("10:30:15", "ten hours thirty minutes and fifteen seconds"),
        ("1:75", "one seventy five"),
        ("99:99", "ninety nine ninety nine"),
        ("1" * 13, "one " * 13),
    ],
)
def test_what_has_one_way_has_no_other(written: str, usual: str) -> None:
    assert others(written, usual.split()) == []


def test_whatever_is_written_there_are_few_ways() -> None:
    for written in ("1111", "999999999999", "12:34:56", "1/1/1", "0/0", "1-2-3-4", "0.0000", "٣"):
        for word in read(written):
            assert len(word.others) <= 24
            assert all(word.others)


@pytest.mark.parametrize(
    "said",
    [
        "three hundred seventeen",
        "three hundred and seventeen",
        "three seventeen",
        "three one seven",
    ],
)
def test_the_sound_decides_which_way_it_was(said: str) -> None:
    sound = sound_of(f"we live at {said} baker street")
    words = settled(sound.likelihoods, read("We live at 317 Baker Street."))
    assert " ".join(each.word for each in words[3].spoken) == said
    assert [word.text for word in words] == ["We", "live", "at", "317", "Baker", "Street"]
    assert not any(word.others for word in words)


def test_a_number_that_was_not_said_is_left_out() -> None:
    sound = sound_of("we live at baker street")
    words = settled(sound.likelihoods, read("We live at 317 Baker Street."))
    heard = [Word(word, 0.0, 1.0, 1.0) for word in ["we", "live", "at", "baker", "street"]]
    assert find(sound, words, heard).omitted == {3}


def test_short_ways_do_not_fit_into_what_is_beside_them() -> None:
    sound = sound_of("there are people here")
    words = settled(sound.likelihoods, read("There are 100 people here."))
    assert [each.word for each in words[2].spoken] == ["one", "hundred"]


def test_of_many_numbers_the_first_are_settled() -> None:
    sound = sound_of("one oh five " * 26)
    words = settled(sound.likelihoods, read("105 " * 26))
    found = [" ".join(each.word for each in word.spoken) for word in words]
    assert found == ["one oh five"] * 24 + ["one hundred five"] * 2


@pytest.mark.parametrize(
    ("said", "recognised_as"),
    [
        ("it costs five twenty today", "it costs five point two zero today"),
        ("it costs five twenty today", "it costs five hundred twenty today"),
        ("we were in room three one seven", "we were in room three hundred seventeen"),
        ("nobody knows a well known song", "nobody knows a well known song"),
        ("one two three", "one two three"),
    ],
)
def test_without_a_text_figures_are_judged_as_they_were_said(said: str, recognised_as: str) -> None:
    sound = sound_of(said)
    words = apart(settled(sound.likelihoods, recognised(recognised_as.split())))
    assert [word.text for word in words] == said.split()
