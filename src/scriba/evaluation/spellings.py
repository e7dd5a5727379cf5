"""English words with two spellings, British and American, made one before words are counted."""

import re

_OUR = (
    "arbour ardour armour behaviour candour clamour colour demeanour enamour endeavour favour "
    "fervour flavour harbour honour humour labour neighbour odour parlour rancour rigour rumour "
    "saviour savour splendour succour tumour valour vapour vigour"
)
_RE = (
    "calibre centimetre centre fibre kilometre litre lustre manoeuvre meagre metre millimetre "
    "sabre sceptre sombre spectre theatre"
)
_WHOLE = {
    "aeroplane": "airplane",
    "aluminium": "aluminum",
    "analogue": "analog",
    "catalogue": "catalog",
    "cheque": "check",
    "cosy": "cozy",
    "defence": "defense",
    "dialogue": "dialog",
    "draught": "draft",
    "enquiry": "inquiry",
    "fulfil": "fulfill",
    "grey": "gray",
    "instalment": "installment",
    "jewellery": "jewelry",
    "judgement": "judgment",
    "licence": "license",
    "marvellous": "marvelous",
    "mould": "mold",
    "moustache": "mustache",
    "offence": "offense",
    "okay": "ok",
    "plough": "plow",
    "practise": "practice",
    "pretence": "pretense",
    "programme": "program",
    "pyjamas": "pajamas",
    "sceptical": "skeptical",
    "skilful": "skillful",
    "storey": "story",
    "sulphur": "sulfur",
    "towards": "toward",
    "travelled": "traveled",
    "traveller": "traveler",
    "travelling": "traveling",
    "cancelled": "canceled",
    "cancelling": "canceling",
    "labelled": "labeled",
    "labelling": "labeling",
    "levelled": "leveled",
    "modelled": "modeled",
    "modelling": "modeling",
    "quarrelled": "quarreled",
    "signalled": "signaled",
    "tyre": "tire",
    "waggon": "wagon",
    "whisky": "whiskey",
    "woollen": "woolen",
}
_OUR_STEMS = re.compile("(" + "|".join(stem[:-2] for stem in _OUR.split()) + ")ur")
_RE_WORDS = re.compile("(" + "|".join(word[:-2] for word in _RE.split()) + ")re(s?)")
_ISE = re.compile(r"(\w{3,}(?:[^aeiou]|[aeiou]l|[aeiou]r|[aeiou]t))is(e[drs]?|ing|ers?|ations?)")
# They are written with an s everywhere.
_NOT_ISE = re.compile(
    r"(adver|advert|ar|chast|compr|comprom|conc|dem|desp|dev|disgu|enfranch|enterpr|exc|exerc|"
    r"expert|franch|improv|inc|merchand|otherw|likew|parad|prec|prem|prom|rev|super|superv|surm|"
    r"surpr|telev|treat|tort|turqu|adv|circumc)is.*"
)


def american(word: str) -> str:
    """The American spelling of a lower-case English word; itself where there is one only."""
    plural = word[:-1] if word.endswith("s") else word
    if word in _WHOLE:
        return _WHOLE[word]
    if plural in _WHOLE:
        return _WHOLE[plural] + "s"
    if found := _OUR_STEMS.match(word):
        return found[1] + "r" + word[found.end() :]
    if found := _RE_WORDS.fullmatch(word):
        return found[1] + "er" + found[2]
    if (found := _ISE.fullmatch(word)) and not _NOT_ISE.fullmatch(word):
        return f"{found[1]}iz{found[2]}"
    return word
