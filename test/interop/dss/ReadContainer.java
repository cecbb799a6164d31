import eu.europa.esig.dss.diagnostic.DiagnosticData;
import eu.europa.esig.dss.diagnostic.SignatureWrapper;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import eu.europa.esig.dss.validation.reports.Reports;

/** What EU DSS says of each container, in lines that asic.test.ts compares: `java -cp 'jars/*' ReadContainer.java FILE…`. */
public class ReadContainer {
  public static void main(String[] files) {
    for (String file : files) {
      System.out.println("file " + file);
      SignedDocumentValidator validator = SignedDocumentValidator.fromDocument(new FileDocument(file));
      System.out.println("validator " + validator.getClass().getSimpleName());
      // Neither trusted lists nor a network: the question is whether this is a container and intact.
      validator.setCertificateVerifier(new CommonCertificateVerifier());
      Reports reports = validator.validateDocument();
      SimpleReport simple = reports.getSimpleReport();
      DiagnosticData data = reports.getDiagnosticData();
      System.out.println("container " + simple.getContainerType());
      for (SignatureWrapper signature : data.getSignatures()) {
        String id = signature.getId();
        System.out.println("format " + signature.getSignatureFormat());
        System.out.println("intact " + signature.isSignatureIntact());
        System.out.println("valid " + signature.isSignatureValid());
        System.out.println("indication " + simple.getIndication(id) + " " + simple.getSubIndication(id));
        signature.getDigestMatchers().forEach(matcher ->
            System.out.println("digest " + matcher.getType() + " " + matcher.getDocumentName()
                + " " + matcher.isDataFound() + " " + matcher.isDataIntact()));
        simple.getAdESValidationErrors(id).forEach(message -> System.out.println("error " + message.getValue()));
        simple.getAdESValidationWarnings(id).forEach(message -> System.out.println("warning " + message.getValue()));
      }
    }
  }
}
