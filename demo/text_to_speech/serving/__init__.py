"""One process that speaks to OpenAI clients, browsers and Home Assistant: HTTP, WebSocket and Wyoming."""
