import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Security;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CRL;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.AttributeTable;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.cms.SignedData;
import org.bouncycastle.asn1.cms.SignerInfo;
import org.bouncycastle.asn1.ess.ESSCertIDv2;
import org.bouncycastle.asn1.ess.SigningCertificateV2;
import org.bouncycastle.asn1.ocsp.OCSPResponse;
import org.bouncycastle.asn1.ocsp.OCSPResponseStatus;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.IssuerSerial;
import org.bouncycastle.cert.X509CRLHolder;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cert.jcajce.JcaX509CRLConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.BasicOCSPRespBuilder;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.bouncycastle.cert.ocsp.RespID;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.SingleResp;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.DefaultSignedAttributeTableGenerator;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSignerInfoGeneratorBuilder;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.DigestCalculator;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.bouncycastle.tsp.TSPAlgorithms;
import org.bouncycastle.tsp.TimeStampRequest;
import org.bouncycastle.tsp.TimeStampResponse;
import org.bouncycastle.tsp.TimeStampResponseGenerator;
import org.bouncycastle.tsp.TimeStampToken;
import org.bouncycastle.tsp.TimeStampTokenGenerator;
import org.bouncycastle.util.Store;

/**
 * BouncyCastle, asked from the interop suite: what it thinks of our files, and files of its own making.
 * Each call is one line of words on the output, or an exception and exit 1. No verdict here is ours.
 */
public final class Harness {
  private static final ASN1ObjectIdentifier ARCHIVE_TIME_STAMP_V3 =
      new ASN1ObjectIdentifier("0.4.0.1733.2.4");
  private static final ASN1ObjectIdentifier ATS_HASH_INDEX_V3 =
      new ASN1ObjectIdentifier("0.4.0.19122.1.5");
  private static final ASN1ObjectIdentifier OCSP_IN_CMS =
      new ASN1ObjectIdentifier("1.3.6.1.5.5.7.16.2");

  public static void main(String[] arguments) throws Exception {
    Security.addProvider(new BouncyCastleProvider());
    List<String> words = new ArrayList<>();
    String[] a = Arrays.copyOfRange(arguments, 1, arguments.length);
    switch (arguments[0]) {
      case "verify-cms" -> verifyCms(words, read(a[0]), read(a[1]), certificate(a[2]), instant(a[3]));
      case "sign-cms" -> signCms(a[0], key(a[1], a[2]), certificates(a[3]), read(a[4]), a[5], a[6]);
      case "stamp" -> stamp(read(a[0]), key(a[1], a[2]), certificates(a[3]), a[4], instant(a[5]), a[6]);
      case "verify-stamp" -> verifyStamp(words, read(a[0]), read(a[1]), certificate(a[2]));
      case "crl" -> makeCrl(key(a[0], a[1]), certificate(a[2]), instant(a[3]), a[4], a[5]);
      case "verify-crl" -> verifyCrl(words, read(a[0]), certificate(a[1]), certificate(a[2]));
      case "ocsp" -> makeOcsp(key(a[0], a[1]), certificates(a[2]), certificate(a[3]), certificate(a[4]),
          instant(a[5]), a[6], a[7]);
      case "verify-ocsp" -> verifyOcsp(words, read(a[0]), certificate(a[1]), certificate(a[2]));
      default -> throw new IllegalArgumentException(arguments[0]);
    }
    System.out.println(String.join(" ", words));
  }

  // What BouncyCastle thinks of a CAdES signature, level for level.

  private static void verifyCms(
      List<String> words, byte[] cms, byte[] content, X509Certificate root, Date at) throws Exception {
    CMSSignedData signed = new CMSSignedData(new CMSProcessableByteArray(content), cms);
    Store<X509CertificateHolder> certificates = signed.getCertificates();
    for (SignerInformation signer : signed.getSignerInfos().getSigners()) {
      X509CertificateHolder holder = only(certificates, signer);
      boolean verifies =
          signer.verify(
              new JcaSimpleSignerInfoVerifierBuilder().setProvider("BC").build(plain(holder)));
      words.add(verifies && namesItsCertificate(signer, holder) ? "signature" : "no-signature");
      words.add(hasPath(holder, signed, root, at, false) ? "path" : "no-path");
      AttributeTable unsigned = signer.getUnsignedAttributes();
      if (unsigned == null) continue;
      for (TimeStampToken token : tokens(unsigned, PKCSObjectIdentifiers.id_aa_signatureTimeStampToken))
        words.add(isStampOf(token, signer.getSignature(), signed) ? "T" : "no-T");
      if (hasRevocationData(signed))
        words.add(hasPath(holder, signed, root, at, true) ? "LT" : "no-LT");
      for (TimeStampToken token : tokens(unsigned, ARCHIVE_TIME_STAMP_V3))
        words.add(isArchiveStamp(token, signed, signer, content) ? "LTA" : "no-LTA");
    }
  }

  /** A holder with plain BouncyCastle behind it; the converter checks that it is a certificate. */
  private static X509Certificate plain(X509CertificateHolder holder) throws Exception {
    return new JcaX509CertificateConverter().setProvider("BC").getCertificate(holder);
  }

  private static boolean namesItsCertificate(SignerInformation signer, X509CertificateHolder holder)
      throws Exception {
    Attribute attribute =
        signer.getSignedAttributes().get(PKCSObjectIdentifiers.id_aa_signingCertificateV2);
    if (attribute == null) return false;
    ASN1Encodable value = attribute.getAttrValues().getObjectAt(0);
    ESSCertIDv2 id = SigningCertificateV2.getInstance(value).getCerts()[0];
    byte[] hash = digest(id.getHashAlgorithm().getAlgorithm(), holder.getEncoded());
    return Arrays.equals(hash, id.getCertHash());
  }

  private static boolean hasPath(
      X509CertificateHolder target, CMSSignedData signed, X509Certificate root, Date at, boolean revocation)
      throws Exception {
    X509CertSelector selector = new X509CertSelector();
    selector.setCertificate(plain(target));
    PKIXBuilderParameters parameters =
        new PKIXBuilderParameters(Set.of(new TrustAnchor(root, null)), selector);
    List<Object> objects = new ArrayList<>();
    for (X509CertificateHolder each : signed.getCertificates().getMatches(null)) objects.add(plain(each));
    for (X509CRLHolder each : signed.getCRLs().getMatches(null))
      objects.add(new JcaX509CRLConverter().setProvider("BC").getCRL(each));
    parameters.addCertStore(
        CertStore.getInstance("Collection", new CollectionCertStoreParameters(objects), "BC"));
    // BouncyCastle's PKIX takes CRLs from stores; OCSP responses are looked at below.
    parameters.setRevocationEnabled(revocation && !signed.getCRLs().getMatches(null).isEmpty());
    parameters.setDate(at);
    try {
      CertPathBuilder.getInstance("PKIX", "BC").build(parameters);
    } catch (java.security.cert.CertPathBuilderException refused) {
      return false;
    }
    return !revocation || ocspResponsesHold(signed);
  }

  private static boolean hasRevocationData(CMSSignedData signed) {
    return !signed.getCRLs().getMatches(null).isEmpty()
        || !signed.getOtherRevocationInfo(OCSP_IN_CMS).getMatches(null).isEmpty();
  }

  private static boolean ocspResponsesHold(CMSSignedData signed) throws Exception {
    Collection<?> found = signed.getOtherRevocationInfo(OCSP_IN_CMS).getMatches(null);
    for (Object each : found) {
      OCSPResp response = new OCSPResp(OCSPResponse.getInstance(each));
      BasicOCSPResp basic = (BasicOCSPResp) response.getResponseObject();
      if (!isSignedByOneOf(basic, signed)) return false;
      for (SingleResp single : basic.getResponses())
        if (single.getCertStatus() != CertificateStatus.GOOD) return false;
    }
    return true;
  }

  private static boolean isSignedByOneOf(BasicOCSPResp basic, CMSSignedData signed) throws Exception {
    List<X509CertificateHolder> candidates = new ArrayList<>(List.of(basic.getCerts()));
    candidates.addAll(signed.getCertificates().getMatches(null));
    for (X509CertificateHolder each : candidates)
      if (basic.isSignatureValid(
          new JcaContentVerifierProviderBuilder().setProvider("BC").build(plain(each)))) return true;
    return false;
  }

  private static List<TimeStampToken> tokens(AttributeTable table, ASN1ObjectIdentifier type)
      throws Exception {
    List<TimeStampToken> found = new ArrayList<>();
    ASN1EncodableVector attributes = table.getAll(type);
    for (int i = 0; i < attributes.size(); i++)
      for (ASN1Encodable value : Attribute.getInstance(attributes.get(i)).getAttributeValues())
        found.add(new TimeStampToken(ContentInfo.getInstance(value)));
    return found;
  }

  /** The token's own checks, by the certificate that it or the signature brings along. */
  private static boolean isGenuine(TimeStampToken token, CMSSignedData signed) throws Exception {
    List<X509CertificateHolder> candidates = new ArrayList<>();
    candidates.addAll(token.getCertificates().getMatches(token.getSID()));
    candidates.addAll(signed.getCertificates().getMatches(token.getSID()));
    if (candidates.isEmpty()) return false;
    token.validate(
        new JcaSimpleSignerInfoVerifierBuilder().setProvider("BC").build(plain(candidates.get(0))));
    return true;
  }

  private static boolean isStampOf(TimeStampToken token, byte[] bytes, CMSSignedData signed)
      throws Exception {
    byte[] hash = digest(token.getTimeStampInfo().getHashAlgorithm().getAlgorithm(), bytes);
    return isGenuine(token, signed)
        && Arrays.equals(hash, token.getTimeStampInfo().getMessageImprintDigest());
  }

  /**
   * EN 319 122-1 §5.5: BouncyCastle has no class for it, so the hash is put together here from what it
   * has parsed, and its index compared with what the signature holds.
   */
  private static boolean isArchiveStamp(
      TimeStampToken token, CMSSignedData signed, SignerInformation signer, byte[] content)
      throws Exception {
    AttributeTable unsigned = token.getUnsignedAttributes();
    Attribute attribute = unsigned == null ? null : unsigned.get(ATS_HASH_INDEX_V3);
    if (attribute == null || attribute.getAttrValues().size() != 1) return false;
    ASN1Sequence index = ASN1Sequence.getInstance(attribute.getAttrValues().getObjectAt(0));
    ASN1ObjectIdentifier indexDigest = AlgorithmIdentifier.getInstance(index.getObjectAt(0)).getAlgorithm();
    SignedData data = SignedData.getInstance(signed.toASN1Structure().getContent());
    SignerInfo info = signer.toASN1Structure();

    List<byte[]> certificates = hashes(indexDigest, data.getCertificates());
    List<byte[]> revocations = hashes(indexDigest, data.getCRLs());
    List<byte[]> attributes = new ArrayList<>();
    for (ASN1Encodable each : info.getUnauthenticatedAttributes()) {
      Attribute one = Attribute.getInstance(each);
      for (ASN1Encodable value : one.getAttributeValues())
        attributes.add(digest(indexDigest, join(der(one.getAttrType()), der(value))));
    }
    if (!areAmong(index.getObjectAt(1), certificates)
        || !areAmong(index.getObjectAt(2), revocations)
        || !areAmong(index.getObjectAt(3), attributes)) return false;

    ASN1ObjectIdentifier imprintDigest = token.getTimeStampInfo().getHashAlgorithm().getAlgorithm();
    byte[] hashed =
        join(
            der(data.getEncapContentInfo().getContentType()),
            digest(imprintDigest, content),
            der(info.getVersion()),
            der(info.getSID()),
            der(info.getDigestAlgorithm()),
            implicitSignedAttributes(info),
            der(info.getDigestEncryptionAlgorithm()),
            der(info.getEncryptedDigest()),
            der(index));
    return isGenuine(token, signed)
        && Arrays.equals(
            digest(imprintDigest, hashed), token.getTimeStampInfo().getMessageImprintDigest());
  }

  /** `[0] IMPLICIT`, as they stand in SignerInfo. */
  private static byte[] implicitSignedAttributes(SignerInfo info) throws Exception {
    byte[] bytes = der(info.getAuthenticatedAttributes());
    bytes[0] = (byte) 0xa0;
    return bytes;
  }

  private static List<byte[]> hashes(ASN1ObjectIdentifier algorithm, ASN1Set set) throws Exception {
    List<byte[]> found = new ArrayList<>();
    if (set != null) for (ASN1Encodable each : set) found.add(digest(algorithm, der(each)));
    return found;
  }

  private static boolean areAmong(ASN1Encodable wanted, List<byte[]> there) {
    for (ASN1Encodable each : ASN1Sequence.getInstance(wanted)) {
      byte[] hash = ASN1OctetString.getInstance(each).getOctets();
      if (there.stream().noneMatch((one) -> Arrays.equals(one, hash))) return false;
    }
    return true;
  }

  // What BouncyCastle makes itself.

  /** @param encoding `BER`, which is what it writes by default, or `DER`. */
  private static void signCms(
      String algorithm, PrivateKey key, List<X509Certificate> chain, byte[] content, String encoding, String out)
      throws Exception {
    X509CertificateHolder holder = new X509CertificateHolder(chain.get(0).getEncoded());
    GeneralNames issuer = new GeneralNames(new GeneralName(holder.getIssuer()));
    ESSCertIDv2 id =
        new ESSCertIDv2(
            digest(TSPAlgorithms.SHA256, holder.getEncoded()),
            new IssuerSerial(issuer, holder.getSerialNumber()));
    ASN1EncodableVector attributes = new ASN1EncodableVector();
    attributes.add(
        new Attribute(
            PKCSObjectIdentifiers.id_aa_signingCertificateV2,
            new org.bouncycastle.asn1.DERSet(new SigningCertificateV2(new ESSCertIDv2[] {id}))));
    CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
    generator.addSignerInfoGenerator(
        new JcaSignerInfoGeneratorBuilder(
                new JcaDigestCalculatorProviderBuilder().setProvider("BC").build())
            .setSignedAttributeGenerator(
                new DefaultSignedAttributeTableGenerator(new AttributeTable(attributes)))
            .build(new JcaContentSignerBuilder(algorithm).setProvider("BC").build(key), chain.get(0)));
    generator.addCertificates(new JcaCertStore(chain));
    CMSSignedData signed = generator.generate(new CMSProcessableByteArray(content), false);
    write(out, encoding.equals("DER") ? signed.getEncoded(ASN1Encoding.DER) : signed.getEncoded());
  }

  private static void stamp(
      byte[] request, PrivateKey key, List<X509Certificate> chain, String policy, Date at, String out)
      throws Exception {
    DigestCalculator sha256 =
        new JcaDigestCalculatorProviderBuilder()
            .setProvider("BC")
            .build()
            .get(new AlgorithmIdentifier(TSPAlgorithms.SHA256));
    TimeStampTokenGenerator tokens =
        new TimeStampTokenGenerator(
            new JcaSignerInfoGeneratorBuilder(
                    new JcaDigestCalculatorProviderBuilder().setProvider("BC").build())
                .build(
                    new JcaContentSignerBuilder(signatureName(key)).setProvider("BC").build(key),
                    chain.get(0)),
            sha256,
            new ASN1ObjectIdentifier(policy));
    tokens.addCertificates(new JcaCertStore(chain));
    tokens.setAccuracySeconds(1);
    TimeStampResponse response =
        new TimeStampResponseGenerator(tokens, TSPAlgorithms.ALLOWED)
            .generate(new TimeStampRequest(request), java.math.BigInteger.valueOf(23), at);
    write(out, response.getEncoded());
  }

  private static void verifyStamp(
      List<String> words, byte[] request, byte[] response, X509Certificate authority) throws Exception {
    TimeStampResponse answer = new TimeStampResponse(response);
    answer.validate(new TimeStampRequest(request));
    TimeStampToken token = answer.getTimeStampToken();
    token.validate(new JcaSimpleSignerInfoVerifierBuilder().setProvider("BC").build(authority));
    words.add("stamp");
    words.add(Long.toString(token.getTimeStampInfo().getGenTime().getTime()));
  }

  /** @param revoked serial number in hex, or `none`. */
  private static void makeCrl(PrivateKey key, X509Certificate issuer, Date at, String revoked, String out)
      throws Exception {
    X509v2CRLBuilder builder =
        new X509v2CRLBuilder(new X509CertificateHolder(issuer.getEncoded()).getSubject(), at);
    builder.setNextUpdate(new Date(at.getTime() + 7L * 86_400_000));
    if (!revoked.equals("none"))
      builder.addCRLEntry(new java.math.BigInteger(revoked, 16), at, CRLReason.keyCompromise);
    write(
        out,
        builder
            .build(new JcaContentSignerBuilder(signatureName(key)).setProvider("BC").build(key))
            .getEncoded());
  }

  private static void verifyCrl(
      List<String> words, byte[] crl, X509Certificate issuer, X509Certificate target) throws Exception {
    X509CRL parsed =
        (X509CRL) CertificateFactory.getInstance("X.509", "BC").generateCRL(new ByteArrayInputStream(crl));
    parsed.verify(issuer.getPublicKey(), "BC");
    words.add("crl");
    words.add(parsed.isRevoked(target) ? "revoked" : "good");
  }

  /** @param status `good`, `revoked`. */
  private static void makeOcsp(
      PrivateKey key, List<X509Certificate> responder, X509Certificate target, X509Certificate issuer,
      Date at, String status, String out) throws Exception {
    DigestCalculator sha1 =
        new JcaDigestCalculatorProviderBuilder().setProvider("BC").build().get(CertificateID.HASH_SHA1);
    CertificateID id =
        new CertificateID(
            sha1, new X509CertificateHolder(issuer.getEncoded()), target.getSerialNumber());
    BasicOCSPRespBuilder builder =
        new BasicOCSPRespBuilder(
            new RespID(new X509CertificateHolder(responder.get(0).getEncoded()).getSubject()));
    builder.addResponse(
        id,
        status.equals("good") ? CertificateStatus.GOOD : new RevokedStatus(at, CRLReason.keyCompromise),
        at,
        new Date(at.getTime() + 86_400_000));
    X509CertificateHolder[] chain = new X509CertificateHolder[responder.size()];
    for (int i = 0; i < chain.length; i++)
      chain[i] = new X509CertificateHolder(responder.get(i).getEncoded());
    BasicOCSPResp basic =
        builder.build(
            new JcaContentSignerBuilder(signatureName(key)).setProvider("BC").build(key), chain, at);
    write(out, new OCSPRespBuilder().build(OCSPRespBuilder.SUCCESSFUL, basic).getEncoded());
  }

  private static void verifyOcsp(
      List<String> words, byte[] bytes, X509Certificate signer, X509Certificate target) throws Exception {
    OCSPResp response = new OCSPResp(bytes);
    if (response.getStatus() != OCSPResponseStatus.SUCCESSFUL) throw new IllegalStateException("status");
    BasicOCSPResp basic = (BasicOCSPResp) response.getResponseObject();
    boolean isSigned =
        basic.isSignatureValid(
            new JcaContentVerifierProviderBuilder().setProvider("BC").build(signer));
    words.add(isSigned ? "ocsp" : "no-ocsp");
    for (SingleResp single : basic.getResponses())
      if (single.getCertID().getSerialNumber().equals(target.getSerialNumber()))
        words.add(single.getCertStatus() == CertificateStatus.GOOD ? "good" : "revoked");
  }

  // Files and bytes.

  private static String signatureName(PrivateKey key) {
    return key.getAlgorithm().startsWith("EC") ? "SHA256withECDSA" : "SHA256withRSA";
  }

  private static X509CertificateHolder only(Store<X509CertificateHolder> store, SignerInformation signer) {
    @SuppressWarnings("unchecked")
    Collection<X509CertificateHolder> found = store.getMatches(signer.getSID());
    if (found.size() != 1) throw new IllegalStateException("not one certificate of the signer");
    return found.iterator().next();
  }

  private static byte[] digest(ASN1ObjectIdentifier algorithm, byte[] bytes) throws Exception {
    return MessageDigest.getInstance(algorithm.getId(), "BC").digest(bytes);
  }

  private static byte[] der(ASN1Encodable value) throws Exception {
    return value.toASN1Primitive().getEncoded(ASN1Encoding.DER);
  }

  private static byte[] join(byte[]... parts) throws Exception {
    java.io.ByteArrayOutputStream all = new java.io.ByteArrayOutputStream();
    for (byte[] part : parts) all.write(part);
    return all.toByteArray();
  }

  private static PrivateKey key(String kind, String path) throws Exception {
    return KeyFactory.getInstance(kind, "BC").generatePrivate(new PKCS8EncodedKeySpec(read(path)));
  }

  private static X509Certificate certificate(String path) throws Exception {
    return certificates(path).get(0);
  }

  /** DER of one, or more with commas between. */
  private static List<X509Certificate> certificates(String paths) throws Exception {
    CertificateFactory factory = CertificateFactory.getInstance("X.509", "BC");
    List<X509Certificate> found = new ArrayList<>();
    for (String path : paths.split(","))
      found.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(read(path))));
    return found;
  }

  private static Date instant(String millis) {
    return new Date(Long.parseLong(millis));
  }

  private static byte[] read(String path) throws Exception {
    return Files.readAllBytes(Path.of(path));
  }

  private static void write(String path, byte[] bytes) throws Exception {
    Files.write(Path.of(path), bytes);
  }
}
