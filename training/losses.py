"""The losses of the reader's heads."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from training.batches import Targets
from training.tokens import Batch

__all__ = ["distillation_loss", "reader_loss", "span_log_probabilities"]

MASKED = -1e4
LEAST_WEIGHT = 0.05
"""A teacher's spans count by its probability that the window answers, but at least so much."""

Outputs = tuple[Tensor, Tensor, Tensor, Tensor]


def reader_loss(outputs: Outputs, batch: Batch, targets: Targets, hard: float = 1.0) -> Tensor:
    """Return the sum of the heads' losses by the labels, each a mean over all pairs of the batch.

    A pair that teachers have labelled counts `hard` times. Nothing here waits for a GPU: pairs without a label are
    multiplied by zero, not left out.
    """
    answerable, start, end, nli = (output.float() for output in outputs)
    device, count = answerable.device, len(answerable)
    labelled = ~targets.soft_answerable.isnan() | ~targets.soft_nli.isnan().any(1)
    share = torch.where(labelled, hard, 1.0).to(device)
    wanted, weight = targets.answerable.to(device), targets.weight.to(device) * share
    each = functional.binary_cross_entropy_with_logits(answerable, wanted.nan_to_num(0.0), reduction="none")
    answering = (each * weight * ~wanted.isnan()).sum()
    claims = targets.nli.to(device)
    entailing = (functional.cross_entropy(nli, claims, ignore_index=-1, reduction="none") * share).sum()
    marked = (targets.starts.any(1) & targets.ends.any(1)).to(device)
    window = batch.window.to(device)
    spans = torch.zeros((), device=device)
    for logits, tokens in ((start, targets.starts.to(device)), (end, targets.ends.to(device))):
        log_probabilities = span_log_probabilities(logits, window).masked_fill(~tokens, MASKED)
        spans = spans - torch.where(marked, torch.logsumexp(log_probabilities, 1) * share, 0.0).sum() / 2
    return (answering + 0.5 * spans + 0.5 * entailing) / count


def distillation_loss(outputs: Outputs, batch: Batch, targets: Targets) -> Tensor:
    """Return the cross-entropy with the teachers' probabilities, a mean over all pairs of the batch."""
    answerable, start, end, nli = (output.float() for output in outputs)
    device, count = answerable.device, len(answerable)
    wanted = targets.soft_answerable.to(device)
    each = functional.binary_cross_entropy_with_logits(answerable, wanted.nan_to_num(0.0), reduction="none")
    answering = (each * ~wanted.isnan()).sum()
    entailing = -(targets.soft_nli.to(device).nan_to_num(0.0) * functional.log_softmax(nli, 1)).sum()
    window, weight = batch.window.to(device), wanted.nan_to_num(0.0).clamp(min=LEAST_WEIGHT)
    spans = torch.zeros((), device=device)
    for logits, soft in ((start, targets.soft_starts.to(device)), (end, targets.soft_ends.to(device))):
        spans = spans - (weight[:, None] * soft * span_log_probabilities(logits, window)).sum() / 2
    return (answering + 0.5 * spans + 0.5 * entailing) / count


def span_log_probabilities(logits: Tensor, window: Tensor) -> Tensor:
    """Return log-probabilities over the window's tokens, shape (pairs, tokens)."""
    return functional.log_softmax(logits.masked_fill(~window, MASKED), 1)
