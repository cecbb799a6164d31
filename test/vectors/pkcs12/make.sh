#!/usr/bin/env bash
# Makes the files of this directory again, with other keys, here or in the directory that is named: openssl 3 and keytool
# 17 or later.
set -euo pipefail
cd "${1:-$(dirname "$0")}"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
readonly pass='pass:Lösung 7'

# A root, an authority under it, and a certificate for documents.
authority() { # NAME SUBJECT [ISSUER]
  openssl req -new -newkey rsa:2048 -nodes -keyout "$scratch/$1.key" -subj "$2" -out "$scratch/$1.csr" 2>/dev/null
  printf 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n' >"$scratch/ca.ext"
  sign "$1" "${3:-}" "$scratch/ca.ext"
}
leaf() { # NAME SUBJECT ISSUER NEWKEY…
  openssl req -new "${@:4}" -nodes -keyout "$scratch/$1.key" -subj "$2" -out "$scratch/$1.csr" 2>/dev/null
  printf 'keyUsage=critical,digitalSignature,nonRepudiation\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n' >"$scratch/leaf.ext"
  sign "$1" "$3" "$scratch/leaf.ext"
}
sign() { # NAME ISSUER EXTENSIONS
  local by=(-signkey "$scratch/$1.key")
  [ -z "$2" ] || by=(-CA "$scratch/$2.pem" -CAkey "$scratch/$2.key" -CAcreateserial)
  openssl x509 -req -in "$scratch/$1.csr" "${by[@]}" -days 14600 -extfile "$3" -out "$scratch/$1.pem" 2>/dev/null
}
export_p12() { # FILE LEAF OPTION…
  openssl pkcs12 -export -inkey "$scratch/$2.key" -in "$scratch/$2.pem" -certfile "$scratch/chain.pem" \
    -name seal -passout "$pass" "${@:3}" -out "$1"
}

authority root '/O=Chirograph tests/CN=Root'
authority sub '/O=Chirograph tests/CN=Sub' root
leaf rsa '/O=Chirograph tests/CN=Seal RSA' sub -newkey rsa:2048
leaf ec '/O=Chirograph tests/CN=Seal EC' sub -newkey ec -pkeyopt ec_paramgen_curve:P-256
# The root first: the order of a file means nothing.
cat "$scratch/root.pem" "$scratch/sub.pem" >"$scratch/chain.pem"

export_p12 openssl-rsa.p12 rsa
export_p12 openssl-ec.p12 ec
export_p12 openssl-ec-aes128-sha512.p12 ec -keypbe AES-128-CBC -certpbe AES-192-CBC -macalg sha512
export_p12 openssl-legacy-rsa.p12 rsa -legacy
export_p12 openssl-legacy-ec.p12 ec -legacy
export_p12 openssl-3des-rc2-128.p12 rsa -legacy -keypbe PBE-SHA1-RC2-128 -certpbe PBE-SHA1-2DES
export_p12 openssl-nomac.p12 ec -nomac
export_p12 openssl-clear.p12 ec -keypbe NONE -certpbe NONE
openssl pkcs12 -export -nokeys -in "$scratch/ec.pem" -passout "$pass" -out openssl-nokey.p12
openssl pkcs12 -export -inkey "$scratch/ec.key" -nocerts -passout "$pass" -out openssl-nocerts.p12
openssl pkcs12 -export -inkey "$scratch/ec.key" -in "$scratch/ec.pem" -passout pass: -out openssl-empty-passphrase.p12

# keytool takes ASCII only.
keytool_import() { # FILE SOURCE OPTION…
  rm -f "$1"
  keytool -importkeystore -srckeystore "$scratch/$2" -srcstoretype PKCS12 -srcstorepass storepass \
    -destkeystore "$1" -deststoretype PKCS12 -deststorepass storepass -noprompt "${@:3}" 2>/dev/null
}
for name in rsa ec; do
  openssl pkcs12 -export -inkey "$scratch/$name.key" -in "$scratch/$name.pem" -certfile "$scratch/chain.pem" \
    -name "$name" -passout pass:storepass -out "$scratch/$name.p12"
done
keytool_import keytool-rsa.p12 rsa.p12
keytool_import keytool-ec.p12 ec.p12
keytool_import keytool-legacy-rsa.p12 rsa.p12 -J-Dkeystore.pkcs12.legacy
keytool_import keytool-two-keys.p12 rsa.p12
keytool -importkeystore -srckeystore "$scratch/ec.p12" -srcstoretype PKCS12 -srcstorepass storepass \
  -destkeystore keytool-two-keys.p12 -deststorepass storepass -noprompt 2>/dev/null
# NSS, as Firefox: BER, and strings in pieces.
nss_export() { # FILE SOURCE OPTION…
  mkdir "$scratch/$1"
  certutil -N -d "sql:$scratch/$1" --empty-password
  pk12util -i "$2" -d "sql:$scratch/$1" -W 'Lösung 7' -K '' >/dev/null
  pk12util -o "$1" -n seal -d "sql:$scratch/$1" -K '' -W storepass "${@:3}" >/dev/null
}
nss_export nss-ec.p12 openssl-ec.p12
nss_export nss-legacy-rsa.p12 openssl-rsa.p12 -M SHA-1 -c 'PKCS #12 V2 PBE With SHA-1 And 3KEY Triple DES-CBC' \
  -C 'PKCS #12 V2 PBE With SHA-1 And 40 Bit RC2 CBC'
# A key in PEM: as openssl encrypts it today (PBES2), and as it did before (EVP_BytesToKey).
openssl pkcs8 -topk8 -in "$scratch/ec.key" -passout "$pass" -out ec-pbes2.key
openssl rsa -aes256 -traditional -in "$scratch/rsa.key" -passout "$pass" -out rsa-traditional.key 2>/dev/null
cat "$scratch/rsa.pem" "$scratch/sub.pem" "$scratch/root.pem" >rsa.pem
cat "$scratch/ec.pem" "$scratch/sub.pem" "$scratch/root.pem" >ec.pem
