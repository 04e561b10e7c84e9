package pillion.golden

import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Path, Paths}
import java.util.Arrays

import scala.jdk.CollectionConverters._
import scala.util.{Failure, Success, Try}

import ml.combust.mleap.runtime.frame.{DefaultLeapFrame, Row, Transformer}
import spray.json._
import spray.json.DefaultJsonProtocol._

/** Runs MLeap on prepared cases: Recorder WORK_FOLDER CASE_NAME…
  *
  * A case's folder holds model.zip (or job.json names the case to save again) and the input rows
  * as input.bin or input.json. What MLeap answers goes into its folder `out`.
  */
object Recorder {
  def main(args: Array[String]): Unit = args.toList match {
    case work :: names =>
      val failed = names.filterNot(name => recorded(Paths.get(work), name))
      if (failed.nonEmpty) {
        System.err.println(s"not recorded: ${failed.mkString(" ")}")
        sys.exit(1)
      }
    case _ => sys.exit(64)
  }

  private def recorded(work: Path, name: String): Boolean =
    try {
      new CaseRecorder(work, work.resolve(name)).record()
      true
    } catch {
      case error: Throwable =>
        System.err.println(s"$name: ${Frames.chain(error)}")
        false
    }
}

private final class CaseRecorder(work: Path, folder: Path) {
  private val out = Files.createDirectories(folder.resolve("out"))
  private val bundle = folder.resolve("model.zip")
  private val protobufBundle = folder.resolve("model.pb.zip")

  def record(): Unit = {
    prepareBundles()
    val input = Frames.read(inputPath)
    attempt(load(bundle)) match {
      case Failure(error) => recordLoadError(error, input)
      case Success(_) => recordRows(input)
    }
  }

  private def prepareBundles(): Unit = {
    val job = new String(Files.readAllBytes(folder.resolve("job.json")), UTF_8).parseJson.asJsObject
    job.fields.get("resave").foreach { base =>
      val original = work.resolve(base.convertTo[String]).resolve("model.zip")
      Bundles.resave(load(original), bundle, protobuf = false)
      attempt(Bundles.resave(load(original), protobufBundle, protobuf = true))
    }
    if (job.fields.get("translate").exists(_.convertTo[Boolean]))
      attempt(Bundles.translate(bundle, protobufBundle))
  }

  private def inputPath: Path = {
    val binary = folder.resolve("input.bin")
    if (Files.exists(binary)) binary else folder.resolve("input.json")
  }

  private def recordLoadError(error: Throwable, input: DefaultLeapFrame): Unit = {
    text("expected.load.err.txt", Frames.chain(error))
    val writable = input.collect().filter(survivesJson(input, _))
    Frames.write(DefaultLeapFrame(input.schema, writable), out.resolve("frame.json"))
    result("loadError" -> JsString(Frames.chain(error)))
  }

  /** A model is loaded afresh for each row: MLeap's trees change their leaves while scoring. */
  private def recordRows(input: DefaultLeapFrame): Unit = {
    val rows = input.collect()
    val alone = rows.map(row => attempt(score(bundle, frameOf(input, Seq(row)))))
    val good = rows.indices.filter(alone(_).isSuccess)
    val lossless = good.filter(i =>
      survivesJson(input, rows(i)) && alone(i).get.collect().forall(survivesJson(alone(i).get, _)))
    val writable = good.filter(i => survivesJson(input, rows(i)))
    if (writable.nonEmpty) recordFrame("json", frameOf(input, writable.map(rows)), writable.map(alone))
    if (lossless.size < good.size)
      attempt(recordFrame("bin", frameOf(input, good.map(rows)), good.map(alone)))
    val errors = rows.indices.filter(alone(_).isFailure)
    val kept = distinctErrors(errors, i => Frames.chain(alone(i).failed.get))
    if (kept.exists(i => answersProtobuf(frameOf(input, Seq(rows(i)))))) Files.delete(protobufBundle)
    for ((i, n) <- kept.zipWithIndex) recordError(n, frameOf(input, Seq(rows(i))), alone(i).failed.get)
    result(
      "json" -> writable.toJson, "all" -> good.toJson, "errors" -> kept.toJson,
      "dropped" -> good.filter(alone(_).get.collect().isEmpty).toJson)
  }

  private def recordFrame(ending: String, frame: DefaultLeapFrame, alone: Seq[Try[DefaultLeapFrame]]): Unit = {
    val framePath = out.resolve(s"frame.$ending")
    Frames.write(frame, framePath)
    val reread = Frames.read(framePath)
    attempt(score(bundle, reread)) match {
      case Failure(error) => Files.delete(framePath); throw error
      case Success(answer) =>
        Frames.write(answer, out.resolve(s"expected.$ending"))
        recordFresh(ending, answer, alone)
        recordProtobuf(ending, reread, answer)
    }
  }

  private def recordFresh(ending: String, answer: DefaultLeapFrame, alone: Seq[Try[DefaultLeapFrame]]): Unit = {
    val fresh = DefaultLeapFrame(answer.schema, alone.flatMap(_.get.collect()))
    if (!same(answer, fresh)) Frames.write(fresh, out.resolve(s"expected.fresh.$ending"))
  }

  private def recordProtobuf(ending: String, frame: DefaultLeapFrame, expected: DefaultLeapFrame): Unit =
    if (Files.exists(protobufBundle)) attempt(score(protobufBundle, frame)) match {
      case Success(answer) if same(answer, expected) =>
      case Success(answer) => Frames.write(answer, out.resolve(s"expected.pb.$ending"))
      case Failure(error) => text(s"expected.pb.$ending.err.txt", Frames.chain(error))
    }

  /** Protobuf carries infinities that JSON turns into NaN; such a bundle is another case. */
  private def answersProtobuf(frame: DefaultLeapFrame): Boolean =
    Files.exists(protobufBundle) && attempt(score(protobufBundle, frame)).isSuccess

  private def recordError(n: Int, frame: DefaultLeapFrame, error: Throwable): Unit = {
    val ending = if (survivesJson(frame, frame.collect().head)) "json" else "bin"
    Frames.write(frame, out.resolve(s"frame.err.$n.$ending"))
    text(s"expected.err.$n.txt", Frames.chain(error))
  }

  /** At most three rows for one kind of message: more would say nothing new. */
  private def distinctErrors(rows: Seq[Int], message: Int => String): Seq[Int] =
    rows.groupBy(message(_).takeWhile(_ != '\n').take(72)).values.flatMap(_.take(3)).toSeq.sorted

  private def load(path: Path): Transformer = Frames.loadModel(path.toFile)

  private def score(path: Path, frame: DefaultLeapFrame): DefaultLeapFrame = {
    val answer = load(path).transform(frame).get
    DefaultLeapFrame(answer.schema, answer.collect().toList)
  }

  private def frameOf(like: DefaultLeapFrame, rows: Seq[Row]) = DefaultLeapFrame(like.schema, rows.toList)

  /** JSON has no NaN, no infinities and, in MLeap's reading, no -0.0. */
  private def survivesJson(frame: DefaultLeapFrame, row: Row): Boolean = {
    val single = frameOf(frame, Seq(row))
    val path = folder.resolve("probe.json")
    Frames.write(single, path)
    attempt(Frames.read(path)).toOption.exists(same(single, _))
  }

  private def same(left: DefaultLeapFrame, right: DefaultLeapFrame): Boolean =
    attempt(Frames.bytes(left, "bin")).toOption match {
      case Some(bytes) => Arrays.equals(bytes, Frames.bytes(right, "bin"))
      case None => Frames.jsonText(left) == Frames.jsonText(right)
    }

  private def result(members: (String, JsValue)*): Unit =
    Files.write(folder.resolve("result.json"), JsObject(members: _*).compactPrint.getBytes(UTF_8))

  private def text(name: String, content: String): Unit =
    Files.write(out.resolve(name), (content + "\n").getBytes(UTF_8))

  private def attempt[T](body: => T): Try[T] =
    try Success(body) catch { case error: Throwable => Failure(error) }
}
