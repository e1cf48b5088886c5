"""The specs that bookflow ships; whatever else a user keeps in the folder is not our business."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent.parent / "workflow_specs"
SAMPLE_IDS = (
    "booking-confirmation",
    "cancellation-notice",
    "crm-webhook",
    "delayed-thank-you",
    "enterprise-welcome",
    "feedback-request",
    "follow-up-after-completion",
    "large-group-sms",
    "last-minute-sms",
    "meeting-reminder",
    "no-phone-fallback",
    "no-show-check-in",
    "organizer-digest",
    "starting-soon",
    "status-update-chain",
    "vip-parallel",
    "weekend-triage",
)
SAMPLE_SPECS = tuple(FOLDER / f"{sample}.yaml" for sample in SAMPLE_IDS)
