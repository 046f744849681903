"""Values of the demo: what each measure of each unit would show if it were published.

A unit has a latent quality (province, prefecture, the unit itself, a rise over the years); a measure's profile in
`data/value_profile.csv` says how it follows quality. Shapes:

* `checklist`: items found, of as many as the measure's upper bound; `center` is the share of items at average quality;
* `share`: a percentage around `center`, exactly 100 for about `full_share` of the units;
* `skewed_low`: above zero with a long tail, smaller where quality is higher; `center` is the median;
* `count`: a whole number around `center`, larger where quality is higher;
* `mostly_zero`: zero unless a normal variable with mean `center` is above zero; smaller where quality is higher.

Values are whole numbers of hundredths, so that nothing depends on binary fractions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from orchestration.demo.draws import generator
from orchestration.demo.frame import GUIZHOU, Frame, read_csv
from orchestration.demo.target import DATA, Target

AVERAGE_QUALITY = 0.4
RISE_PER_YEAR = 0.16
# Shares of the noise of one measure of one unit that stay over the years, and that come anew each year.
LASTING, YEARLY = 0.84, 0.54
# A share that has a numerator and a denominator among the context counts: measure → (denominator, numerator, median).
FUNNEL_SHARES = {
    "T5.2": ("T5.2.due_count", "T5.2.on_time_count", 18.0),
    "C2.2": ("C2.2.consultation_count", "C2.2.feedback_count", 9.0),
}
CASE_FUNNEL = ("E1.3.case_filed_count", "E1.3.case_prosecuted_count", "E1.3.case_judged_count")
CAMPAIGN_FIRST_YEAR = 2018  # the campaign behind the case counts began in January 2018
# The report prints these totals of Guizhou, with more cases prosecuted than filed.
GUIZHOU_CASES_2019 = (394, 408, 314)
COUNTIES_WITH_EXTRA_PROSECUTIONS = 5


@dataclass(frozen=True)
class Profile:
    """How one measure's values are spread; see the head of this module."""

    shape: str
    center: float
    latent_loading: float
    spread: float
    full_share: float
    decimals: int
    unpublished_weight: float
    not_applicable_share: float


def read_profiles() -> dict[str, Profile]:
    """Profile of each scored measure."""
    return {
        row["measure_code"]: Profile(
            shape=row["shape"],
            center=float(row["center"]),
            latent_loading=float(row["latent_loading"]),
            spread=float(row["spread"]),
            full_share=float(row["full_share"]),
            decimals=int(row["decimals"]),
            unpublished_weight=float(row["unpublished_weight"]),
            not_applicable_share=float(row["not_applicable_share"]),
        )
        for row in read_csv(DATA / "value_profile.csv")
    }


@dataclass(frozen=True)
class Quality:
    """Latent quality of one province's units in one year, and the noise of their measures that stays over the years."""

    latent: np.ndarray  # unit
    lasting: np.ndarray  # unit × measure, standard normal
    lasting_uniform: np.ndarray  # unit × measure, uniform


def province_quality(frame: Frame, province: str, year: int, seed: int, target: Target) -> Quality:
    """Quality of the units of `province` in `year`; a unit keeps its own over changes of its code."""
    units = frame.units[year][province]
    of_all_years = [unit for each in frame.years for unit in frame.units[each].get(province, [])]
    identities = sorted({unit.identity for unit in of_all_years})
    prefectures = sorted({unit.prefecture for unit in of_all_years})
    place = {identity: index for index, identity in enumerate(identities)}
    rows = [place[unit.identity] for unit in units]
    size = (len(identities), len(frame.measures))
    own = generator(seed, "unit quality", province).normal(0, 0.55, len(identities))[rows]
    of_year = generator(seed, "yearly quality", province, year).normal(0, 0.15, len(identities))[rows]
    of_prefecture = generator(seed, "prefecture quality", province).normal(0, 0.3, len(prefectures))
    latent = (
        AVERAGE_QUALITY
        + own
        + of_year
        + of_prefecture[[prefectures.index(unit.prefecture) for unit in units]]
        + np.clip((target.composite - 79.4) / 7, -0.8, 0.9)
        + RISE_PER_YEAR * (year - frame.years[-1])
    )
    return Quality(
        latent,
        generator(seed, "measure noise", province).normal(0, 1, size)[rows],
        generator(seed, "measure chance", province).random(size)[rows],
    )


def province_values(
    frame: Frame, profiles: dict[str, Profile], province: str, year: int, seed: int, quality: Quality
) -> np.ndarray:
    """Values in hundredths, unit × measure; every one above zero where zero would mean that nothing was found."""
    size = quality.lasting.shape
    noise = LASTING * quality.lasting + YEARLY * generator(seed, "yearly noise", province, year).normal(0, 1, size)
    chance = generator(seed, "yearly chance", province, year).random(size)
    values = np.zeros(size, dtype=np.int64)
    for index, measure in enumerate(frame.measures):
        if measure.is_scored:
            values[:, index] = _measure_values(
                profiles[measure.code], measure.upper_hundredths, quality.latent, noise[:, index], chance[:, index]
            )
    _add_funnel_shares(frame, values, noise)
    if year >= CAMPAIGN_FIRST_YEAR:
        _add_case_counts(frame, province, year, values, noise, chance)
    return values


def _measure_values(
    profile: Profile, upper_hundredths: int, latent: np.ndarray, noise: np.ndarray, chance: np.ndarray
) -> np.ndarray:
    pull = profile.latent_loading * latent
    if profile.shape == "checklist":
        share = _sigmoid(_logit(profile.center) + pull + profile.spread * noise)
        items = np.rint(share * (upper_hundredths // 100))
        return np.clip(items, 1, upper_hundredths // 100).astype(np.int64) * 100
    if profile.shape == "share":
        share = _sigmoid(_logit(profile.center / 100) + pull + profile.spread * noise)
        is_full = chance < np.clip(profile.full_share * (1 + 0.5 * latent), 0, 1)
        step = 10 ** (2 - profile.decimals)
        rounded = np.rint(share * 10_000 / step).astype(np.int64) * step
        return np.where(is_full, 10_000, np.clip(rounded, step, 10_000 - step))
    if profile.shape == "skewed_low":
        step = 10 ** (2 - profile.decimals)
        raw = np.exp(np.log(profile.center) - pull + profile.spread * noise)
        return np.clip(np.rint(raw * 100 / step).astype(np.int64) * step, 0, upper_hundredths)
    if profile.shape == "count":
        raw = np.rint(np.exp(np.log(profile.center) + pull + profile.spread * noise))
        return np.clip(raw, 1, upper_hundredths // 100).astype(np.int64) * 100
    if profile.shape == "mostly_zero":
        raw = np.rint(profile.center - pull + profile.spread * noise)
        return np.clip(raw, 0, upper_hundredths // 100).astype(np.int64) * 100
    raise ValueError(f"value_profile.csv: unknown shape '{profile.shape}'")


def _add_funnel_shares(frame: Frame, values: np.ndarray, noise: np.ndarray) -> None:
    """Derive a share from its two counts, so that the three agree."""
    for code, (first_code, later_code, median) in FUNNEL_SHARES.items():
        share_at, first_at, later_at = (frame.measure_index[name] for name in (code, first_code, later_code))
        first = np.maximum(np.rint(np.exp(np.log(median) + 0.7 * noise[:, first_at])), 1).astype(np.int64)
        later = np.clip(np.rint(first * values[:, share_at] / 10_000).astype(np.int64), 1, first)
        values[:, first_at], values[:, later_at] = first * 100, later * 100
        # Half up in whole numbers.
        values[:, share_at] = (2 * later * 10_000 + first) // (2 * first)


def _add_case_counts(
    frame: Frame, province: str, year: int, values: np.ndarray, noise: np.ndarray, chance: np.ndarray
) -> None:
    filed_at, prosecuted_at, judged_at = (frame.measure_index[code] for code in CASE_FUNNEL)
    weight = np.exp(1.2 + 0.5 * noise[:, filed_at])
    if province == GUIZHOU and year == 2019:
        filed_total, prosecuted_total, judged_total = GUIZHOU_CASES_2019
        filed = _shared_out(filed_total, weight)
        prosecuted = filed.copy()
        busy = np.argsort(chance[:, prosecuted_at], kind="stable")[:COUNTIES_WITH_EXTRA_PROSECUTIONS]
        prosecuted[busy] += _shared_out(prosecuted_total - filed_total, np.ones(len(busy)))
        judged = _shared_out(judged_total, prosecuted.astype(float))
    else:
        filed = np.rint(weight).astype(np.int64)
        prosecuted = np.rint(filed * (0.7 + 0.3 * chance[:, prosecuted_at])).astype(np.int64)
        # Cases carried over from the year before: a later stage that is larger is suspect, not impossible.
        prosecuted += (chance[:, judged_at] < 0.02).astype(np.int64) * (filed - prosecuted + 1)
        judged = np.rint(prosecuted * 0.75).astype(np.int64)
    for index, counts in ((filed_at, filed), (prosecuted_at, prosecuted), (judged_at, judged)):
        values[:, index] = counts * 100


def _shared_out(total: int, weight: np.ndarray) -> np.ndarray:
    """`total` in whole shares by `weight`, the largest remainders first."""
    exact = total * weight / weight.sum()
    shares = np.floor(exact).astype(np.int64)
    shares[np.argsort(shares - exact, kind="stable")[: total - shares.sum()]] += 1
    return shares


def _sigmoid(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


def _logit(share: float) -> float:
    return float(np.log(share / (1 - share)))
