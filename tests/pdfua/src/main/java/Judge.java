import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.verapdf.core.VeraPDFException;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/**
 * Judges every PDF of a folder by PDF/UA-1 and by PDF/A-3a, whatever it says of itself.
 *
 * <p>For each file and standard one line of fields parted by tabs: the name, the standard, how many checks were made; then
 * one line for each kind of failure: the name, the standard, clause and number of the rule, and what veraPDF says.
 */
public final class Judge {

    private static final List<PDFAFlavour> STANDARDS = List.of(PDFAFlavour.PDFUA_1, PDFAFlavour.PDFA_3_A);

    private Judge() {}

    public static void main(String[] folders) throws IOException, VeraPDFException {
        VeraGreenfieldFoundryProvider.initialise();
        for (Path file : files(Path.of(folders[0]))) {
            for (PDFAFlavour standard : STANDARDS) {
                judge(file, standard);
            }
        }
    }

    private static void judge(Path file, PDFAFlavour standard) throws IOException, VeraPDFException {
        try (InputStream stream = Files.newInputStream(file);
                PDFAParser parser = Foundries.defaultInstance().createParser(stream, standard);
                PDFAValidator validator = Foundries.defaultInstance().createValidator(standard, false)) {
            ValidationResult result = validator.validate(parser);
            print(file, standard, String.valueOf(result.getTotalAssertions()));
            result.getTestAssertions().stream().map(Judge::said).distinct()
                    .forEach(failure -> print(file, standard, failure));
        }
    }

    private static String said(TestAssertion failure) {
        String rule = failure.getRuleId().getClause() + "-" + failure.getRuleId().getTestNumber();
        return rule + "\t" + failure.getMessage().replaceAll("\\s+", " ");
    }

    private static void print(Path file, PDFAFlavour standard, String rest) {
        System.out.println(String.join("\t", "judged", file.getFileName().toString(), standard.getId(), rest));
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(path -> path.toString().endsWith(".pdf")).sorted().toList();
        }
    }
}
