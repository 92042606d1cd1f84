"""Trains one LoRA adapter on a ministry's dialogues; imports torch, so the gateway never imports it."""
