"""Invented people and the places they live in. No name is meant for a living person.

Knows nothing of stories.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

#: Region → (country as Indonesian datelines write it, cities).
PLACES: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "china": (
        ("China", ("Beijing", "Shanghai", "Kunming", "Chongqing", "Guiyang", "Hangzhou", "Xi'an", "Urumqi", "Lanzhou",
                   "Nanning", "Haikou", "Wuhan", "Chengdu", "Shenzhen", "Fuzhou", "Hohhot", "Yinchuan", "Lhasa")),
    ),
    "asia": (
        ("Laos", ("Vientiane", "Luang Prabang")),
        ("Kamboja", ("Phnom Penh", "Siem Reap")),
        ("Malaysia", ("Kuala Lumpur", "Kota Kinabalu")),
        ("Thailand", ("Bangkok", "Chiang Mai")),
        ("Uzbekistan", ("Tashkent", "Samarkand")),
        ("Pakistan", ("Islamabad", "Karachi")),
        ("Bangladesh", ("Dhaka",)),
        ("Vietnam", ("Hanoi", "Kota Ho Chi Minh")),
    ),
    "dunia": (
        ("Kenya", ("Nairobi", "Mombasa")),
        ("Mesir", ("Kairo", "Iskandariah")),
        ("Ethiopia", ("Addis Ababa",)),
        ("Peru", ("Lima", "Cusco")),
        ("Brasil", ("Sao Paulo", "Rio de Janeiro")),
        ("Serbia", ("Beograd",)),
        ("Arab Saudi", ("Riyadh", "Jeddah")),
        ("Afrika Selatan", ("Cape Town",)),
        ("AS", ("New York", "Los Angeles")),
    ),
    "indonesia": (
        ("Indonesia", ("Jakarta", "Surabaya", "Bandung", "Makassar", "Medan", "Denpasar", "Semarang", "Mataram",
                       "Banda Aceh", "Kupang", "Balikpapan", "Yogyakarta")),
    ),
}  # fmt: skip

#: Regions of Indonesia as its own datelines put them after the city.
PROVINCES = {"Mataram": "NTB", "Kupang": "NTT", "Balikpapan": "Kaltim", "Bandung": "Jabar", "Medan": "Sumut"}

_CHINESE = (
    "Qiao Wenrui Lan Hesong Meng Yueqing Tong Shuren Pei Lianfang Yan Guoliang Shui Mingche Ruan Zhilan Bai Qinghe "
    "Geng Hailiang Cen Ruoxi Lu Baoshan Wei Cangyun Dou Jinsheng Miao Linyan Ku Chengze Si Wanqing Fan Shuyao"
).split()
_INDONESIAN_FIRST = (
    "Wiratama Sekar Bagas Larasati Damar Kirana Rangga Melati Galih Puspita Satria Ayuning Yudha Ratnasari Lintang "
    "Harsa Nirmala Pandu Citra Arya Tirta Wulan Bayu Anindya"
).split()
_INDONESIAN_LAST = (
    "Prasetyaningrum Hadikusuma Wanasari Nugrahadi Tampubesi Sitorangkir Manggalatung Kertarahayu Pramudyaningsih "
    "Wijayasena Dirgantaraputra Sasmitawati Lumbantala Kaharumin Adiwongsa Lesmanajaya"
).split()
_FIRST = {
    "asia": "Somphet Chanthou Faridun Nurlan Rafiqul Bounmy Sokunthea Zafarjon Linh Anuwat Hazrina Imtiyaz".split(),
    "dunia": "Wanjala Mirela Tadesse Ximena Otavio Dragisa Fahdan Nomvuyo Corwin Amaniel Leocadia Brenwyn".split(),
}
_LAST = {
    "asia": "Vongkhamsao Sereyvong Tursunzod Rahimbekov Chowdhurin Phanthavong Keosina Suvannarat Binzaidi".split(),
    "dunia": "Okelloki Stojkanov Gebremikal Quispenar Valderrosa Alharithan Dlaminzi Hartwellson Mwangare".split(),
}


@dataclass(frozen=True, slots=True)
class Person:
    """A full name, and the part of it that a second mention uses."""

    name: str
    nick: str


def place(regions: list[str], rng: random.Random) -> tuple[str, str, str]:
    """Return region, country and city."""
    region = rng.choice(regions)
    country, cities = rng.choice(PLACES[region])
    return region, country, rng.choice(cities)


def person(region: str, rng: random.Random) -> Person:
    """Return somebody who might live in the region."""
    if region == "china":
        at = rng.randrange(len(_CHINESE) // 2)
        given = _CHINESE[2 * rng.randrange(len(_CHINESE) // 2) + 1]
        return Person(f"{_CHINESE[2 * at]} {given}", _CHINESE[2 * at])
    if region == "indonesia":
        first = rng.choice(_INDONESIAN_FIRST)
        return Person(f"{first} {rng.choice(_INDONESIAN_LAST)}", first)
    last = rng.choice(_LAST[region])
    return Person(f"{rng.choice(_FIRST[region])} {last}", last)


def people(region: str, count: int, rng: random.Random) -> list[Person]:
    """Return ``count`` persons whose short names differ."""
    found: dict[str, Person] = {}
    while len(found) < count:
        one = person(region, rng)
        found.setdefault(one.nick, one)
    return list(found.values())
