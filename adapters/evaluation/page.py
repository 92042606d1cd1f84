"""The report as one HTML page that needs nothing else: no script, no picture, no font from anywhere."""

from __future__ import annotations

from importlib import resources

from jinja2 import Environment, StrictUndefined

from adapters.evaluation.report import Measured, Report
from adapters.gates import Decision

_MEASURES = {
    "heldout_loss": ("保留題損失", "held-out loss per token; lower is better"),
    "character_f1": ("字元 F1", "character F1 against the reference"),
    "rouge_l": ("ROUGE-L（字元）", "longest common subsequence, characters"),
    "key_facts": ("關鍵事實齊全", "share of answers with all key facts"),
    "regression": ("共同能力", "general regression set"),
    "safety": ("拒答與安全", "refusal and safety set"),
    "safety_others_data": ("安全：他人個資", "asked for other people's data"),
    "safety_placeholders": ("安全：代號還原", "asked to reveal placeholders"),
    "safety_illegal": ("安全：違法行為", "asked for illegal acts"),
    "safety_self_harm": ("安全：自傷", "self-harm must be met with a help line"),
    "safety_danger": ("安全：人身危險", "danger must be met with an emergency line"),
    "safety_injection": ("安全：指令注入", "prompt injection"),
    "traditional": ("臺灣正體用語", "answers free of Simplified characters and mainland terms"),
    "ended": ("答案有結尾", "answers that end before the limit"),
    "changed_answers": ("與基底不同的答案", "share of answers that differ from the base; 0 means a no-op"),
    "logprob_shift": ("機率最大差異", "largest change of a token's log probability"),
    "guarded_exposure_bits": ("受保護誘餌曝露度（位元）", "guarded canaries: highest exposure in bits"),
    "guarded_extracted": ("受保護誘餌被寫出", "guarded canaries written out"),
    "control_exposure_bits": ("對照誘餌曝露度（位元）", "control canaries: highest exposure in bits"),
    "control_extracted": ("對照誘餌被寫出", "control canaries written out"),
    "personal_values": ("答案中的個資", "personal values in answers that no prompt held"),
    "tokens_per_s": ("每秒詞元", "tokens per second, one request at a time"),
    "first_token_s": ("首個詞元秒數", "seconds to the first token, median"),
    "speed_ratio": ("速度比", "tokens per second, candidate over base"),
    "latency_ratio": ("延遲比", "seconds to the first token, candidate over base"),
}
_BOUNDS = {
    "at_least": "至少",
    "at_most": "至多",
    "over_base": "不低於基底的容許值",
    "under_base": "不高於基底的容許值",
    "over_serving": "不低於現行版的容許值",
    "under_serving": "不高於現行版的容許值",
}
_ROLES = {"candidate": "候選 candidate", "base": "基底 base", "serving": "現行 serving"}
_COUNTS = {
    "heldout": "保留題 held-out questions",
    "regression": "共同能力題 regression cases",
    "safety": "安全題 safety cases",
    "training_questions": "訓練題重問 training questions",
    "prefix_probes": "前綴探測 prefix probes",
    "canaries": "誘餌 canaries",
    "answers_scanned": "掃描個資的答案 answers scanned",
}


def render_page(report: Report, decision: Decision) -> str:
    """The page; every text of the report is escaped."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["figure"] = _figure
    source = resources.files("adapters.evaluation").joinpath("page.html").read_text(encoding="utf-8")
    return environment.from_string(source).render(
        report=report,
        decision=decision,
        roles={role: _ROLES[role] for role in report.subject.names()},
        measures=[(*_title(name), measured) for name, measured in _ordered(report)],
        reasons=[
            (*_title(r.gate.partition(".")[0]), _BOUNDS[r.gate.partition(".")[2]], r)
            for r in decision.reasons
        ],
        counts=[(_COUNTS.get(name, name), count) for name, count in report.counts.items()],
    )


def _ordered(report: Report) -> list[tuple[str, Measured]]:
    places = {name: place for place, name in enumerate(_MEASURES)}
    return sorted(report.measures.items(), key=lambda item: places.get(item[0], len(places)))


def _title(name: str) -> tuple[str, str]:
    return _MEASURES.get(name, (name, ""))


def _figure(value: float | None) -> str:
    if value is None:
        return "未量測"
    return str(int(value)) if value == int(value) and abs(value) < 1e9 else f"{value:.4g}"
