package pillion.golden

import java.io.File
import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Path}

import ml.combust.bundle.BundleFile
import ml.combust.mleap.json.JsonSupport._
import ml.combust.mleap.json.RowFormat
import ml.combust.mleap.runtime.MleapContext
import ml.combust.mleap.runtime.MleapSupport._
import ml.combust.mleap.runtime.frame.{DefaultLeapFrame, Transformer}
import ml.combust.mleap.runtime.serialization.{FrameReader, FrameWriter}
import spray.json._

/** Bundles and leap frames on disk. A file's ending tells its form: .json, .bin or .avro. */
object Frames {
  implicit val context: MleapContext = MleapContext.defaultContext

  def loadModel(bundle: File): Transformer = {
    val path = bundle.getAbsoluteFile.toURI.getPath.stripSuffix("/")
    val scheme = if (bundle.isDirectory) s"file:$path" else s"jar:file:$path"
    val file = BundleFile(scheme)
    try file.loadMleapBundle().get.root finally file.close()
  }

  def read(path: Path): DefaultLeapFrame =
    FrameReader(format(path.toString.split('.').last)).fromBytes(Files.readAllBytes(path)).get

  def write(frame: DefaultLeapFrame, path: Path): Unit =
    Files.write(path, bytes(frame, path.toString.split('.').last))

  def bytes(frame: DefaultLeapFrame, ending: String): Array[Byte] =
    if (ending == "json") jsonText(frame).getBytes(UTF_8)
    else FrameWriter(frame, format(ending)).toBytes().get

  /** MLeap's own JSON values, laid out with one row on a line so that differences can be read. */
  def jsonText(frame: DefaultLeapFrame): String = {
    implicit val rowFormat: RowFormat = RowFormat(frame.schema)
    val rows = frame.collect().map(row => rowFormat.write(row).compactPrint)
    s"""{"schema":${frame.schema.toJson.compactPrint},\n"rows":[\n${rows.mkString(",\n")}\n]}\n"""
  }

  /** Classes and messages of an exception and its causes, outermost first, one on a line. */
  def chain(error: Throwable): String =
    Iterator.iterate(error)(_.getCause).takeWhile(_ != null).take(10)
      .map(e => s"${e.getClass.getName}: ${lasting(e.getMessage)}").mkString("\n")

  /** A message without what changes from run to run: addresses, times, native stacks. */
  private def lasting(message: String): String =
    if (message == null) "null"
    else message.replaceAll("(?s)\nStack trace:.*", "").replaceAll("@[0-9a-f]{5,8}\\b", "")
      .replaceAll("\\[\\d\\d:\\d\\d:\\d\\d\\] \\S+: ", "")

  private def format(ending: String): String = ending match {
    case "json" => "ml.combust.mleap.json"
    case "bin" => "ml.combust.mleap.binary"
    case "avro" => "ml.combust.mleap.avro"
    case other => throw new IllegalArgumentException(s"no frame format has the ending .$other")
  }
}
