"""The order of goals that a request asks for, from a small file."""

from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from allocator.errors import Fault, InputError
from allocator.goals import BY_ID
from geodata.records.inputs import Inputs
from geodata.records.policy_records import AimRecord


class GoalOrder(BaseModel):
    """Tiers in strict order; within a tier goals are merged by weight.  A goal that is not named is not pursued."""

    model_config = ConfigDict(extra="forbid")

    tiers: tuple[tuple[AimRecord, ...], ...] = Field(min_length=1, description="Most important tier first.")

    @field_validator("tiers", mode="before")
    @classmethod
    def _spelled_out(cls, tiers: Any) -> Any:
        """Accept ``value`` and ``[value, cost]`` beside ``[{goal: value, weight: 3}]``."""
        if not isinstance(tiers, list):
            return tiers
        listed = [tier if isinstance(tier, list) else [tier] for tier in tiers]
        return [[{"goal": part} if isinstance(part, str) else part for part in tier] for tier in listed]

    @field_validator("tiers")
    @classmethod
    def _known_once(cls, tiers: tuple[tuple[AimRecord, ...], ...]) -> tuple[tuple[AimRecord, ...], ...]:
        names = [part.goal for tier in tiers for part in tier]
        unknown = sorted(set(names) - set(BY_ID))
        twice = sorted({name for name in names if names.count(name) > 1})
        if unknown:
            raise ValueError(f"unknown goals {', '.join(unknown)}; known: {', '.join(BY_ID)}")
        if twice:
            raise ValueError(f"goals named twice: {', '.join(twice)}")
        if not all(tiers):
            raise ValueError("a tier is empty")
        return tiers


def with_goals(inputs: Inputs, path: Path) -> Inputs:
    """Inputs with the order of goals of a .yaml or .json file; raises InputError with every fault."""
    try:
        order = GoalOrder.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
    except FileNotFoundError:
        raise InputError([Fault(path.name, None, None, None, "does not exist", "Check the path")]) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        message = f"cannot be read: {error}"
        raise InputError([Fault(path.name, None, None, None, message, "Write YAML or JSON")]) from None
    except ValidationError as error:
        remedy = "Write tiers: [[value], [{goal: policy-fit, weight: 3}, {goal: cost, weight: 1}]]"
        faults = [
            Fault(path.name, None, "/".join(map(str, e["loc"])), repr(e["input"])[:80], e["msg"], remedy)
            for e in error.errors()
        ]
        raise InputError(faults) from None
    return inputs.model_copy(update={"goals": order.tiers})
