"""Characters of scripts without spaces; whether a language has any is `language.is_unspaced`."""

import re

# Kana, bopomofo and Han; hangul is spaced.
_EASTERN = (
    r"\u3005-\u3007\u3040-\u30ff\u3100-\u312f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf"
    r"\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
# Thai, Lao, Burmese and Khmer, which put spaces between sentences.
_SOUTHERN = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
# Radicals, punctuation, enclosed and full-width forms.
_SIGNS = (
    r"\u2e80-\u303f\u31c0-\u31ef\u3200-\u33ff\u4dc0-\u4dff\ua000-\ua4cf\ufe30-\ufe4f\uff00-\uff65"
)

UNSPACED = re.compile(f"[{_SOUTHERN}{_EASTERN}]")
"""A letter of a script without spaces between words."""

EASTERN = re.compile(f"[{_EASTERN}{_SIGNS}]")
"""A letter or sign of a script without spaces even between sentences."""
