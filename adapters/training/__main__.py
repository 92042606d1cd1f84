"""`python -m adapters.training --base DIR --data dialogues.jsonl --ministry mof --out DIR`"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from adapters.cards import CardError
from adapters.dialogues import DialogueError, read_dialogues
from adapters.training.lora import Provenance, TrainSettings, train_lora


def _arguments() -> argparse.Namespace:
    defaults = TrainSettings()
    parser = argparse.ArgumentParser(
        prog="python -m adapters.training", description="Train one LoRA adapter."
    )
    parser.add_argument("--base", type=Path, required=True, help="folder of the base model (safetensors)")
    parser.add_argument("--data", type=Path, required=True, help="dialogues as JSON lines")
    parser.add_argument("--ministry", required=True)
    parser.add_argument("--out", type=Path, required=True, help="folder to write the adapter into")
    parser.add_argument("--version", type=int, default=1)
    parser.add_argument("--as-of", default="", help="date of the facts, for the card")
    parser.add_argument("--licence", default="Apache-2.0")
    parser.add_argument("--rank", type=int, default=defaults.rank)
    parser.add_argument("--alpha", type=int, default=defaults.alpha)
    parser.add_argument("--epochs", type=float, default=defaults.epochs)
    parser.add_argument("--batch-size", type=int, default=defaults.batch_size)
    parser.add_argument("--learning-rate", type=float, default=defaults.learning_rate)
    parser.add_argument("--max-tokens", type=int, default=defaults.max_tokens)
    parser.add_argument("--seed", type=int, default=defaults.seed)
    parser.add_argument("--device", default=defaults.device)
    return parser.parse_args()


def main() -> int:
    args = _arguments()
    settings = TrainSettings(
        rank=args.rank,
        alpha=args.alpha,
        epochs=args.epochs,
        batch_size=args.batch_size,
        learning_rate=args.learning_rate,
        max_tokens=args.max_tokens,
        seed=args.seed,
        device=args.device,
    )
    provenance = Provenance(args.ministry, args.version, args.as_of, args.licence)
    try:
        card = train_lora(args.base, read_dialogues(args.data), args.out, provenance, settings)
    except (DialogueError, CardError, FileNotFoundError) as exc:
        print(f"adapters.training: {exc}", file=sys.stderr)
        return 1
    print(f"{card.name} {card.digest}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
