"""An echo in the safe mode with wechatpy on Starlette. `python -m tests.bench.peers.wechat_echo PORT TOKEN AES_KEY APP_ID`."""

import sys

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from wechatpy import create_reply, parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import check_signature


def build(token: str, key: str, app_id: str) -> Starlette:
    crypto = WeChatCrypto(token, key, app_id)

    async def callback(request: Request) -> Response:
        query = request.query_params
        timestamp, nonce = query["timestamp"], query["nonce"]
        check_signature(token, query["signature"], timestamp, nonce)
        xml = crypto.decrypt_message(await request.body(), query["msg_signature"], timestamp, nonce)
        message = parse_message(xml)
        reply = create_reply(message.content, message)
        encrypted = crypto.encrypt_message(reply.render(), nonce, timestamp)
        return Response(encrypted, media_type="application/xml")

    return Starlette(routes=[Route("/wechat", callback, methods=["POST"])])


if __name__ == "__main__":
    uvicorn.run(build(*sys.argv[2:5]), port=int(sys.argv[1]), log_level="warning", access_log=False)
