import eu.europa.esig.dss.diagnostic.DiagnosticData;
import eu.europa.esig.dss.jaxb.object.Message;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.spi.x509.revocation.crl.ExternalResourcesCRLSource;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import eu.europa.esig.dss.validation.reports.Reports;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jose4j.json.JsonUtil;

/**
 * Judges every sealed file of the given folders with DSS, by its default policy, and prints a line of JSON for each.
 *
 * <p>Trust anchors are the {@code .pem} files of the same folder, revocation is what the seals carry and the {@code .crl}
 * files of that folder. Nothing is asked on the network. A file {@code at.txt} holds the moment at which it is judged, else
 * now.
 */
public final class Judge {

    private Judge() {}

    public static void main(String[] folders) throws IOException {
        for (String name : folders) {
            Path folder = Path.of(name);
            CommonCertificateVerifier verifier = verifier(folder);
            Path at = folder.resolve("at.txt");
            Date moment = Files.exists(at) ? Date.from(Instant.parse(Files.readString(at).strip())) : new Date();
            for (Path file : files(folder, ".jsonld")) {
                System.out.println(JsonUtil.toJson(judge(file, verifier, moment)));
            }
        }
    }

    private static CommonCertificateVerifier verifier(Path folder) throws IOException {
        CommonTrustedCertificateSource anchors = new CommonTrustedCertificateSource();
        for (Path file : files(folder, ".pem")) {
            anchors.addCertificate(DSSUtils.loadCertificate(file.toFile()));
        }
        CommonCertificateVerifier verifier = new CommonCertificateVerifier();
        verifier.setTrustedCertSources(anchors);
        verifier.setAIASource(null);
        verifier.setOcspSource(null);
        String[] lists = files(folder, ".crl").stream().map(Path::toString).toArray(String[]::new);
        verifier.setCrlSource(lists.length == 0 ? null : crls(lists));
        return verifier;
    }

    private static ExternalResourcesCRLSource crls(String[] paths) throws IOException {
        InputStream[] streams = new InputStream[paths.length];
        for (int index = 0; index < paths.length; index++) {
            streams[index] = Files.newInputStream(Path.of(paths[index]));
        }
        return new ExternalResourcesCRLSource(streams);
    }

    private static Map<String, Object> judge(Path file, CommonCertificateVerifier verifier, Date moment) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("folder", file.getParent().getFileName().toString());
        line.put("file", file.getFileName().toString());
        try {
            SignedDocumentValidator validator = SignedDocumentValidator.fromDocument(new FileDocument(file.toFile()));
            validator.setCertificateVerifier(verifier);
            validator.setValidationTime(moment);
            describe(line, validator.validateDocument());
        } catch (RuntimeException error) {
            // A file that cannot be read as a signature at all is a verdict too: refused.
            line.put("indication", "UNREADABLE");
            line.put("errors", List.of(String.valueOf(error.getMessage())));
        }
        return line;
    }

    private static void describe(Map<String, Object> line, Reports reports) {
        SimpleReport simple = reports.getSimpleReport();
        List<String> ids = simple.getSignatureIdList();
        line.put("signatures", ids.size());
        if (ids.isEmpty()) {
            line.put("indication", "NO_SIGNATURE");
            return;
        }
        String id = ids.get(0);
        line.put("indication", String.valueOf(simple.getIndication(id)));
        line.put("subindication", simple.getSubIndication(id) == null ? null : simple.getSubIndication(id).name());
        line.put("level", String.valueOf(simple.getSignatureFormat(id)));
        line.put("best_time", String.valueOf(simple.getBestSignatureTime(id).toInstant()));
        line.put("errors", texts(simple.getAdESValidationErrors(id)));
        line.put("warnings", texts(simple.getAdESValidationWarnings(id)));
        line.put("infos", texts(simple.getAdESValidationInfo(id)));
        line.put("qualification_warnings", texts(simple.getQualificationWarnings(id)));
        line.put("timestamps", timestamps(reports.getDiagnosticData(), simple));
    }

    private static List<Object> timestamps(DiagnosticData data, SimpleReport simple) {
        List<Object> result = new ArrayList<>();
        data.getTimestampList().forEach(stamp -> {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("type", String.valueOf(stamp.getType()));
            one.put("imprint_intact", stamp.isMessageImprintDataIntact());
            one.put("indication", String.valueOf(simple.getIndication(stamp.getId())));
            one.put("warnings", texts(simple.getAdESValidationWarnings(stamp.getId())));
            one.put("errors", texts(simple.getAdESValidationErrors(stamp.getId())));
            result.add(one);
        });
        return result;
    }

    private static List<String> texts(List<Message> messages) {
        return messages.stream().map(message -> message.getKey() + ": " + message.getValue()).toList();
    }

    private static List<Path> files(Path folder, String ending) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(path -> path.toString().endsWith(ending)).sorted().toList();
        }
    }
}
