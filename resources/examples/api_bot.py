#!/usr/bin/env python3
"""A bot on Crossbook's local API: quotes now by REST, then candles of the last hour and live quotes by WebSocket.

    crossbook token create --name my-bot --scopes market
    CROSSBOOK_TOKEN=cbk_... python3 api_bot.py [EXCHANGE] [SYMBOL] [SECONDS]

Needs Python 3.10 or later and `websockets` (Debian: python3-websockets; else pip install websockets).
"""
import asyncio
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

import websockets

URL = os.environ.get("CROSSBOOK_URL", "http://127.0.0.1:7373")
TOKEN = os.environ["CROSSBOOK_TOKEN"]
EXCHANGE = sys.argv[1] if len(sys.argv) > 1 else "BINANCE"
SYMBOL = sys.argv[2] if len(sys.argv) > 2 else "BTC_USDT"
SECONDS = float(sys.argv[3]) if len(sys.argv) > 3 else 10.0


def get(path: str, **parameters: str) -> dict:
    """One REST call. A refusal carries {"error": {"code", "message"}}."""
    query = urllib.parse.urlencode(parameters)
    request = urllib.request.Request(f"{URL}/api/v1{path}?{query}", headers={"Authorization": f"Bearer {TOKEN}"})
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return json.load(response)
    except urllib.error.HTTPError as refused:
        sys.exit(json.load(refused)["error"]["message"])


async def follow() -> None:
    # The token goes as a subprotocol, never in the address; the server answers with crossbook.v1 alone.
    stream = URL.replace("http", "ws", 1) + "/api/v1/stream"
    async with websockets.connect(stream, subprotocols=["crossbook.v1", f"token.{TOKEN}"]) as socket:
        now = int(time.time() * 1000)
        series = {"exchange": EXCHANGE, "symbol": SYMBOL, "period": "1m"}
        await socket.send(json.dumps({"type": "subscribe", "id": 1, "topics": [f"book_ticker:{EXCHANGE}:{SYMBOL}"]}))
        await socket.send(json.dumps({"type": "request_current_timestamp", "id": 2, **series}))
        await socket.send(
            json.dumps({"type": "request_historical", "id": 3, **series, "from": now - 3_600_000, "to": now})
        )
        async for text in socket:
            message = json.loads(text)
            if message.get("event_type") == "book_ticker":
                show(message)
            elif message["type"] == "snapshot":
                # Replaces everything held of this topic.
                for quote in message["data"]:
                    show(quote)
            elif message["type"] == "current_timestamp_response":
                print("newest stored candle opened at", message["timestamp"], flush=True)
            elif message["type"] == "historical_data_chunk":
                print(len(message["data"]), "candles, newest:", message["data"][-1]["close"], flush=True)
            elif message["type"] == "historical_data_complete":
                print("history complete:", message["candles"], "candles", flush=True)
            elif message["type"] == "error_response":
                print("refused:", message["code"], message["message"], flush=True)


def show(quote: dict) -> None:
    # Prices are decimal text: float() where speed counts, decimal.Decimal where every digit does.
    if quote["is_live"]:
        print(quote["exchange"], quote["symbol"], quote["bid_price"], quote["ask_price"], flush=True)
    else:
        print(quote["exchange"], quote["symbol"], "feed is down", flush=True)


async def main() -> None:
    try:
        await asyncio.wait_for(follow(), SECONDS)
    except asyncio.TimeoutError:
        print("done", flush=True)


if __name__ == "__main__":
    for row in get("/quotes", exchange=EXCHANGE, symbol=SYMBOL)["data"]:
        show(row)
    asyncio.run(main())
