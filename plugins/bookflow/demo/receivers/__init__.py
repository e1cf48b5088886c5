"""Receivers for demo, tests and benchmarks: real servers on 127.0.0.1 that keep what arrives."""

from bookflow.demo.receivers.mail import ReceivedMail, SmtpFault, SmtpReceiver
from bookflow.demo.receivers.proxy import FaultKind, ProxiedConnection, TcpFault, TcpProxy
from bookflow.demo.receivers.texts import ReceivedText, SmsReceiver
from bookflow.demo.receivers.web_faults import WebFault
from bookflow.demo.receivers.webhooks import ReceivedWebhook, WebhookReceiver

__all__ = [
    "FaultKind",
    "ProxiedConnection",
    "ReceivedMail",
    "ReceivedText",
    "ReceivedWebhook",
    "SmsReceiver",
    "SmtpFault",
    "SmtpReceiver",
    "TcpFault",
    "TcpProxy",
    "WebFault",
    "WebhookReceiver",
]
