"""Names and places of a made-up register, with how common they are."""

from __future__ import annotations

from itertools import accumulate


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


MOTHERS = _words("""
    Laura Emma Lauren Rebecca Amy Sarah Nicole Rachel Claire Jennifer Kirsty Samantha Stephanie Hannah Megan Gemma
    Natalie Lisa Louise Heather Jade Danielle Nicola Ashley Victoria Sophie Katie Chloe Fiona Kelly Michelle Jessica
    Holly Caitlin Lynsey Eilidh Catherine Charlotte Leanne Karen Pamela Lindsay Erin Kayleigh Kimberley Shannon
    Mhairi Ailsa Anna Robyn Siobhan Amanda Lucy Elizabeth Joanne Mairi Iona Morag Catriona Shona Rhona Lorna Isla
    Skye Beth Abbie Zoe Tracy Susan Alison Carly Cheryl Donna Gillian Hayley Julie Kerry Kim Lynn Margaret Marie
    Melissa Naomi Olivia Paula Roisin Rosie Ruth Sandra Sharon Sheona Tara Vikki Yvonne Agnieszka Katarzyna
    Aleksandra Magdalena Fatima Aisha Oksana Priya Wei
""")
FATHERS = _words("""
    David James Andrew Scott Ryan Michael Christopher Craig Steven John Jamie Mark Ross Robert Paul Daniel Stuart
    Kieran Sean Liam Calum Greg Stephen Alan Connor William Adam Matthew Thomas Kevin Iain Gary Martin Lewis Euan
    Fraser Callum Gordon Colin Graeme Barry Darren Lee Neil Kenneth Duncan Alasdair Angus Hamish Rory Finlay Gregor
    Ewan Blair Marek Piotr Imran Mohammed Tomasz Ahmed Raj Chen
""")
BABIES = _words("""
    Jack Olivia Noah Emily Leo Isla James Freya Harris Ella Rory Millie Lewis Sophie Alexander Amelia Logan Ava
    Harry Grace Finlay Lily Luca Charlotte Theo Rosie Archie Orla Charlie Eilidh Lucas Aria Oliver Harper Brodie
    Evie Thomas Mia Adam Esme Max Willow Arlo Bonnie Alfie Maisie Angus Isabella Caleb Poppy Ollie Sofia Callan Aila
    Nathan Robyn Mason Anna Jude Hallie Ruaridh Chloe Fraser Phoebe Cameron Georgia Blake Ellie Oscar Ivy Murray
    Lucy Struan Skye
""")
#: Surnames with the share of each, in hundredths of a hundredth.
_COMMON = _words("""
    Smith 122 Brown 92 Wilson 87 Robertson 78 Campbell 77 Stewart 77 Thomson 76 Anderson 72 MacDonald 53 Scott 53
    Reid 52 Murray 51 Taylor 50 Clark 48 Ross 47 Watson 46 Morrison 45 Paterson 44 Young 44 Mitchell 43 Walker 42
    Fraser 41 Miller 40 McDonald 39 Gray 38 Henderson 37 Hamilton 36 Johnston 36 Duncan 35 Graham 34 Ferguson 33
    Kerr 33 Davidson 32 Bell 31 Cameron 31 Kelly 30 Martin 30 Hunter 29 Allan 28 MacKenzie 28 Grant 28 Simpson 27
    MacLeod 27 Black 26 MacKay 26 Wallace 25 McLean 25 Kennedy 24 Gibson 23 Russell 22 Marshall 22 Gordon 22 Burns
    21 Stevenson 20 Milne 20 Craig 20 Wood 20 Munro 19 Wright 19 Ritchie 18 Sinclair 18 Jamieson 17 Crawford 17
    McMillan 16 Khan 16 Singh 14 Ahmed 12
""")
_ALL = 10_000
_BEGINNINGS = _words("""
    Aber Bal Car Dal Dun Fin Gil Glen Hal Inver Kil Kin Lin Mac Mar Ness Ork Pit Ran Strath Tor Ur Wal
""")
_MIDDLES = _words("""
    a bar cal der el far gow har i kel lan mor nar o pat rin sal tul ver wen
""")
_ENDINGS = _words("""
    an beg burn dale dean ford gow house land ley loch man more ness son ston toun well wick worth
""")
_RARE = tuple(first + middle + last for first in _BEGINNINGS for middle in _MIDDLES for last in _ENDINGS)
STREETS = _words("""
    Station Church Mill Manse Castle High Glebe Victoria Albert Kirk Bank Main Park Queen King Loch
""")
KINDS = _words("""
    Road Street Avenue Place Terrace Crescent Gardens Drive
""")
_AREAS = _words("""
    AB DD EH FK G IV KA KY ML PA PH
""")
DISTRICTS = tuple(f"{area}{number}" for area in _AREAS for number in range(1, 41))


def _falling(number: int) -> tuple[float, ...]:
    """Return running weights in which the first of many names has some three in a hundred."""
    return tuple(accumulate(1 / (place + 8) ** 0.8 for place in range(number)))


def _of_surnames() -> tuple[float, ...]:
    common = [float(share) for share in _COMMON[1::2]]
    rare = [1 / (place + 40) ** 0.7 for place in range(len(_RARE))]
    left = (_ALL - sum(common)) / sum(rare)
    return tuple(accumulate([*common, *(left * one for one in rare)]))


SURNAMES = (*_COMMON[::2], *_RARE)

#: Running weights, as ``random.choices`` takes them.
OF_SURNAMES = _of_surnames()
OF_MOTHERS, OF_FATHERS, OF_BABIES = _falling(len(MOTHERS)), _falling(len(FATHERS)), _falling(len(BABIES))
