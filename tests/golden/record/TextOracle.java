// What Java itself answers to the questions of text_driver.cc: one question a line on standard
// input, one answer a line on standard output. Both programs answer alike, or Pillion is wrong.
//   java TextOracle.java cases SEED COUNT > cases
//   diff <(java TextOracle.java answer < cases) <(text_driver < cases)
// A question is an operation and its arguments in base64, separated by blanks; "=" is the empty
// argument. Answers: text and lists of text in base64, numbers as bits in hexadecimal.
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

public class TextOracle {
  public static void main(String[] args) throws IOException {
    Locale.setDefault(Locale.ROOT);
    var out = new BufferedWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8));
    if (args.length == 3 && args[0].equals("cases")) {
      var cases = new Cases(new Random(Long.parseLong(args[1])));
      for (long i = Long.parseLong(args[2]); i > 0; --i) out.write(cases.next() + "\n");
    } else if (args.length == 1 && args[0].equals("answer")) {
      var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        out.write(answer(line.split(" ")) + "\n");
      }
    } else {
      System.err.println("usage: java TextOracle.java cases SEED COUNT | answer");
      System.exit(64);
    }
    out.flush();
  }

  static String encode(String text) {
    if (text.isEmpty()) return "=";
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  static String decode(String text) {
    if (text.equals("=")) return "";
    return new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8);
  }

  static String encode(List<String> texts) {
    if (texts.isEmpty()) return "none";
    return String.join(" ", texts.stream().map(TextOracle::encode).toList());
  }

  static String answer(String[] question) {
    String text = decode(question[question.length - 1]);
    try {
      return switch (question[0]) {
        case "double_to_text" ->
            encode(Double.toString(Double.longBitsToDouble(Long.parseUnsignedLong(text, 16))));
        case "float_to_text" ->
            encode(Float.toString(Float.intBitsToFloat(Integer.parseUnsignedInt(text, 16))));
        case "text_to_double" ->
            Long.toHexString(Double.doubleToLongBits(Double.parseDouble(text)));
        case "text_to_float" ->
            Integer.toHexString(Float.floatToIntBits(Float.parseFloat(text)));
        case "text_to_long" -> Long.toHexString(Long.parseLong(text));
        case "text_to_int" -> Long.toHexString(Integer.parseInt(text));
        case "text_to_short" -> Long.toHexString(Short.parseShort(text));
        case "text_to_byte" -> Long.toHexString(Byte.parseByte(text));
        case "length" -> Integer.toString(text.length());
        case "lower" -> encode(text.toLowerCase());
        case "letters" -> text.chars().allMatch(Character::isLetter) ? "yes" : "no";
        case "split" -> encode(List.of(Pattern.compile(decode(question[1])).split(text)));
        case "find" -> encode(findAll(decode(question[1]), text));
        case "murmur" -> murmur(text, decode(question[1]).equals("1"));
        default -> "unknown";
      };
    } catch (NumberFormatException error) {
      return "no number";
    } catch (PatternSyntaxException error) {
      return "no pattern";
    }
  }

  static List<String> findAll(String regex, String text) {
    var tokens = new ArrayList<String>();
    Matcher matcher = Pattern.compile(regex).matcher(text);
    while (matcher.find()) tokens.add(matcher.group());
    return tokens;
  }

  // Murmur3 with seed 42 as Spark has it; the old version mixes each byte of the tail by itself.
  static String murmur(String text, boolean old) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int h = 42;
    int i = 0;
    for (; i + 4 <= bytes.length; i += 4) {
      int k = (bytes[i] & 255) | (bytes[i + 1] & 255) << 8 | (bytes[i + 2] & 255) << 16
          | bytes[i + 3] << 24;
      h = mixHash(h, mixKey(k));
    }
    int tail = 0;
    for (int shift = 0; i < bytes.length; ++i, shift += 8) {
      if (old) h = mixHash(h, mixKey(bytes[i]));
      tail ^= (bytes[i] & 255) << shift;
    }
    if (!old) h ^= mixKey(tail);
    h ^= bytes.length;
    h = (h ^ h >>> 16) * 0x85ebca6b;
    h = (h ^ h >>> 13) * 0xc2b2ae35;
    return Integer.toHexString(h ^ h >>> 16);
  }

  static int mixKey(int k) {
    return Integer.rotateLeft(k * 0xcc9e2d51, 15) * 0x1b873593;
  }

  static int mixHash(int h, int k) {
    return Integer.rotateLeft(h ^ k, 13) * 5 + 0xe6546b64;
  }

  // Questions at random, with a liking for the places where implementations differ.
  static class Cases {
    final Random random;

    Cases(Random random) {
      this.random = random;
    }

    String next() {
      return switch (random.nextInt(12)) {
        case 0, 1, 2 -> "double_to_text " + encode(Long.toHexString(doubleBits()));
        case 3 -> "float_to_text " + encode(Integer.toHexString(floatBits()));
        case 4 -> pick("text_to_double ", "text_to_float ") + encode(numeral());
        case 5 -> pick("text_to_long ", "text_to_int ", "text_to_short ", "text_to_byte ")
            + encode(integer());
        // Java's word breaks lose their place in surrogate pairs; Pillion does not follow there.
        case 6 -> "lower " + encode(words(LETTERS).replaceAll("[\\x{10000}-\\x{10ffff}]+\\P{Lu}*Σ", ""));
        case 7 -> pick("letters ", "length ") + encode(words(LETTERS));
        case 8 -> "murmur " + encode(pick("1", "2")) + " " + encode(words(LETTERS));
        default -> pick("split ", "find ") + encode(regex(3)) + " " + encode(words(SUBJECT));
      };
    }

    @SafeVarargs
    final <T> T pick(T... choices) {
      return choices[random.nextInt(choices.length)];
    }

    long doubleBits() {
      return switch (random.nextInt(5)) {
        case 0 -> random.nextLong();
        case 1 -> Double.doubleToLongBits(random.nextInt(100000) / pick(1.0, 10.0, 100.0, 1e5));
        case 2 -> Double.doubleToLongBits(Double.parseDouble(
            random.nextInt(1000) + "e" + (random.nextInt(640) - 330)));
        case 3 -> Double.doubleToLongBits(Math.scalb(1.0, random.nextInt(2100) - 1075))
            + random.nextInt(3) - 1;
        default -> Double.doubleToLongBits((double) random.nextLong() / (1L << random.nextInt(63)));
      };
    }

    int floatBits() {
      return switch (random.nextInt(3)) {
        case 0 -> random.nextInt();
        case 1 -> Float.floatToIntBits(random.nextInt(100000) / pick(1f, 10f, 100f, 1e5f));
        default -> Float.floatToIntBits((float) Math.scalb(1.0, random.nextInt(290) - 150))
            + random.nextInt(3) - 1;
      };
    }

    String numeral() {
      String number = switch (random.nextInt(5)) {
        case 0 -> Double.toString(Double.longBitsToDouble(doubleBits()));
        case 1 -> Double.toHexString(Double.longBitsToDouble(doubleBits()));
        case 2 -> random.nextInt() + "." + random.nextLong() + "e" + (random.nextInt(700) - 350);
        case 3 -> pick("0", "", "1", "9007199254740993", "0x", "0x1.8", "00") + pick("", ".", ".5")
            + pick("", "e5", "E-3", "p3", "P-1080", "e", "e+", "p", "e99999999999", "e-99999999999",
                "p99999999999", "p-99999999999");
        default -> pick("NaN", "Infinity", "nan", "inf", "infinity", "1_0", "1,0", "", "\u0661");
      };
      return pick("", "", "", " ", "\t", "\n", "\u00a0", "\0") + pick("", "", "+", "-", "--")
          + number + pick("", "", "", "d", "f", "D", "F", "L", "df", " ", "\r\n", "\u2003");
    }

    String integer() {
      long bound = 1L << random.nextInt(63);
      String digits = switch (random.nextInt(4)) {
        case 0 -> Long.toString(random.nextLong());
        case 1 -> Long.toString(pick(0L, 127L, 128L, -128L, -129L, 32767L, 32768L, -32769L,
            2147483647L, 2147483648L, -2147483649L, Long.MAX_VALUE, Long.MIN_VALUE));
        case 2 -> Long.toString(random.nextLong() % bound);
        default -> pick("", "0", "007", "\u0661\u0662", "\uff11", "\ud835\udfcf", "9223372036854775808",
            "-9223372036854775809", "1.0", "0x1");
      };
      return pick("", "", "", "+", "-", " ") + digits + pick("", "", "", " ", "L");
    }

    static final String[] LETTERS = {"Σ", "Σ", ",", "-", "$", "%", "0", "a", "Z", "é", "É", "Σ", "σ", "ς", "Α", "İ", "I", "ı", "K",
        "ẞ", "ß", "Ǆ", "ǅ", "Ω", "Ⓐ", "\ud801\udc00", "\ud835\udc00", "\u0307", "\u0301", "'", ".",
        " ", "\u00ad", "5", "_", "日", "ـ", "ა", "Ა", "Ꭰ", "Ӏ", "Ⅷ", "\u2028", "\0"};
    static final String[] SUBJECT = {"a", "b", "B", "A", "c", "1", "2", " ", "  ", "\t", "\n", "\r\n",
        "\u000b", "\u0085", "\u2028", "\u00a0", "-", "_", ".", ",", "é", "É", "ß", "日", "\ud83d\ude00",
        "\u0301", "ſ", "K", "k", "x", "^", "]", "\\", "ab", "abc"};

    String words(String[] alphabet) {
      var text = new StringBuilder();
      for (int i = random.nextInt(9); i > 0; --i) text.append(pick(alphabet));
      return text.toString();
    }

    static final String[] ATOMS = {"a", "b", "c", "B", "1", " ", "-", "_", ",", "é", "日",
        "\ud83d\ude00", ".", "\\s", "\\S", "\\d", "\\D", "\\w", "\\W", "\\h", "\\H", "\\v", "\\V",
        "\\R", "\\b", "\\B", "^", "$", "\\A", "\\z", "\\Z", "\\n", "\\t", "\\x41", "\\u0062",
        "\\x{1F600}", "\\0101", "\\cI", "\\e", "\\Q.a\\E", "\\.", "\\\\", "\\p{L}", "\\p{Lu}",
        "\\P{L}", "\\p{Alpha}", "\\p{Punct}", "\\p{IsAlphabetic}", "\\p{javaLowerCase}", "\\pN",
        "\\p{IsLatin}", "\\p{InGreek}", "\\p{Space}", "\\p{Lower}", "\\p{Upper}"};
    static final String[] CLASSES = {"[abc]", "[^abc]", "[a-c]", "[a-z&&[^b]]", "[a-c[1-2]]",
        "[^a-c[1-2]]", "[\\s,]", "[^\\s,]", "[\\w&&[^\\d]]", "[\\p{L}\\d]", "[-a]", "[a-]", "[\\]]",
        "[\\Q^]\\E]", "[a&&b]", "[a-c&&b-z]", "[^a&&[^b]]", "[\\-_.]", "[a&b]", "[é-ï]", "[\\x{1F600}b]",
        "[\\p{Punct}&&[^_]]", "[^\\W_]", "[ ,;]", "[a^]"};

    String regex(int depth) {
      var pattern = new StringBuilder();
      if (depth == 3) pattern.append(pick("", "", "", "", "(?i)", "(?s)", "(?m)", "(?iu)", "(?x)", "(?d)", "(?U)"));
      for (int i = 1 + random.nextInt(3); i > 0; --i) {
        String piece = switch (random.nextInt(depth > 0 ? 8 : 5)) {
          case 0, 1, 2 -> pick(ATOMS);
          case 3, 4 -> pick(CLASSES);
          case 5 -> pick("(", "(?:", "(?=", "(?!", "(?<=", "(?<!", "(?>", "(?i:", "(?<n>")
              + regex(depth - 1) + ")";
          case 6 -> "(?:" + regex(depth - 1) + "|" + regex(depth - 1) + ")";
          default -> "(" + pick(ATOMS) + ")\\1";
        };
        pattern.append(piece);
        if (random.nextInt(3) == 0 && !piece.startsWith("^")) {
          pattern.append(pick("*", "+", "?", "{2}", "{1,2}", "{1,}")).append(pick("", "", "?", "+"));
        }
      }
      return pattern.toString();
    }
  }
}
