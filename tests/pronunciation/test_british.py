import pytest

from scriba.pronunciation.british import british


@pytest.mark.parametrize(
    ("word", "american", "expected"),
    [
        ("car", "K AA1 R", ["K AA1"]),
        ("carry", "K AE1 R IY0", []),
        ("water", "W AO1 T ER0", ["W AO1 T AH0"]),
        ("near", "N IH1 R", ["N IH1 AH0"]),
        ("here", "HH IY1 R", ["HH IH1 AH0"]),
        ("bird", "B ER1 D", []),
        ("bath", "B AE1 TH", ["B AA1 TH"]),
        ("cat", "K AE1 T", []),
        ("answer", "AE1 N S ER0", ["AA1 N S ER0", "AA1 N S AH0"]),
        ("tune", "T UW1 N", ["T Y UW1 N"]),
        ("moon", "M UW1 N", []),
        ("noon", "N UW1 N", []),
        ("hot", "HH AA1 T", ["HH AO1 T"]),
        ("father", "F AA1 DH ER0", ["F AA1 DH AH0"]),
        ("fragile", "F R AE1 JH AH0 L", ["F R AE1 JH AY2 L"]),
        ("schedule", "S K EH1 JH UH0 L", ["SH EH1 JH UW0 L"]),
        ("military", "M IH1 L AH0 T EH2 R IY0", ["M IH1 L AH0 T AH0 R IY0"]),
    ],
)
def test_what_differs_by_rule(word: str, american: str, expected: list[str]) -> None:
    assert [" ".join(one) for one in british(word, american.split())] == expected
