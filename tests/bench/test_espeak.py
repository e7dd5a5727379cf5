from bench.espeak import Mark, kind, merged, phones


def test_names_become_phones_and_pauses_none() -> None:
    said = [Mark("S", 0.1), Mark("O@", 0.2), Mark("_:", 0.5), Mark("t#", 0.6), Mark("_", 0.7)]
    assert phones(said) == [("SH", 0.1), ("AO", 0.2), ("R", None), ("T", 0.6)]


def test_an_r_that_links_is_no_second_one() -> None:
    assert phones([Mark("O@", 0.0), Mark("r", 0.2), Mark("I", 0.3)]) == [
        ("AO", 0.0),
        ("R", None),
        ("IH", 0.3),
    ]
    assert phones([Mark("3", 0.0), Mark("r-", 0.1), Mark("i", 0.2)]) == [("ER", 0.0), ("IY", 0.2)]


def test_an_r_after_a_consonant_stays() -> None:
    assert phones([Mark("t", 0.0), Mark("r", 0.1)]) == [("T", 0.0), ("R", 0.1)]


def test_only_vowels_that_dictionaries_mix_are_merged() -> None:
    assert merged("IH") == merged("AH") == merged("UH")
    assert merged("AO") == merged("AA") != merged("AH")
    assert merged("IY") == "IY"


def test_kinds_of_phones() -> None:
    assert [kind(phone) for phone in ("AY", "CH", "NG", "Y", "HH", "DH")] == [
        "vowel",
        "plosive",
        "nasal",
        "glide",
        "fricative",
        "fricative",
    ]
