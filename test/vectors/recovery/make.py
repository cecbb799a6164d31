"""Makes recovery.json beside it with implementations of others: PyNaCl 1.6.2 (libsodium) and the
reference implementation of SLIP-0039, shamir-mnemonic 0.3.0, whose field is GF(2^8) of the same polynomial.

    pip install pynacl==1.6.2 shamir-mnemonic==0.3.0 && python make.py > recovery.json
"""
import hashlib, json
from nacl.bindings import crypto_sign_ed25519_pk_to_curve25519, crypto_sign_ed25519_sk_to_curve25519
from nacl.public import PublicKey, SealedBox
from nacl.signing import SigningKey
from shamir_mnemonic.shamir import RawShare, _interpolate


def derived(text, length=32):
    return hashlib.shake_128(text.encode()).digest(length)


def sharing(name, threshold, points):
    """A polynomial through the secret at 0 and made-up points; its values at `points` are shares."""
    secret = derived(f"{name} secret")
    given = [RawShare(0, secret)] + [RawShare(200 + i, derived(f"{name} {i}")) for i in range(threshold - 1)]
    shares = [(_interpolate(given, x) + bytes([x])).hex() for x in points]
    return {"secret": secret.hex(), "threshold": threshold, "shares": shares}


def box(name):
    key = SigningKey(derived(f"{name} seed"))
    public = crypto_sign_ed25519_pk_to_curve25519(bytes(key.verify_key))
    message = derived(f"{name} message", 96)
    signed = bytes(key) + bytes(key.verify_key)
    return {
        "seed": bytes(key).hex(),
        "publicKey": bytes(key.verify_key).hex(),
        "x25519PublicKey": public.hex(),
        "x25519SecretKey": crypto_sign_ed25519_sk_to_curve25519(signed).hex(),
        "message": message.hex(),
        "sealed": SealedBox(PublicKey(public)).encrypt(message).hex(),
    }


print(json.dumps({
    "boxes": [box("first"), box("second")],
    "sharings": [sharing("two of three", 2, [1, 7, 255]), sharing("three of five", 3, [9, 40, 77, 128, 254]),
                 sharing("seven of seven", 7, [3, 5, 8, 13, 21, 34, 55])],
}, indent=2))
