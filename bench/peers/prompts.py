"""Prompts of token ids in batches of one length."""
import json
from collections import defaultdict

import torch


class Batch:
    """Prompts of one length: token ids "example position", right and wrong answers."""

    def __init__(self, prompts: list[dict]):
        self.clean = torch.tensor([p["clean"] for p in prompts])
        self.corrupt = torch.tensor([p["corrupt"] for p in prompts])
        self.answers = torch.tensor([p["answer"] for p in prompts])
        self.wrong = torch.tensor([p["wrong"] for p in prompts])

    def differences(self, logits: torch.Tensor) -> torch.Tensor:
        rows = torch.arange(len(self.answers))
        return logits[rows, -1, self.answers] - logits[rows, -1, self.wrong]


def batches(prompts: list[dict]) -> list[Batch]:
    by_length = defaultdict(list)
    for prompt in prompts:
        by_length[len(prompt["clean"])].append(prompt)
    return [Batch(group) for _, group in sorted(by_length.items())]


def read_prompts(path: str) -> dict[str, list[dict]]:
    with open(path) as file:
        return json.load(file)
