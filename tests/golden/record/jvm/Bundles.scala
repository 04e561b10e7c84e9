package pillion.golden

import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{FileSystem, FileSystems, Files, Path}
import java.util.Collections

import scala.jdk.CollectionConverters._

import ml.combust.bundle.BundleFile
import ml.combust.bundle.serializer._
import ml.combust.mleap.runtime.MleapSupport._
import ml.combust.mleap.runtime.frame.Transformer

/** Writes bundles in forms that the case's own writer does not offer. */
object Bundles {
  import Frames.context

  /** MLeap's own writer, which stores some ops differently from Spark's exporter. */
  def resave(model: Transformer, to: Path, protobuf: Boolean): Unit = {
    val format = if (protobuf) SerializationFormat.Protobuf else SerializationFormat.Json
    val file = BundleFile(s"jar:file:${to.toAbsolutePath}")
    try model.writeBundle.format(format).save(file).get finally file.close()
  }

  /** The same nodes and models as protobuf messages, attribute by attribute, without loading an op. */
  def translate(json: Path, protobuf: Path): Unit = {
    val from = zip(json, create = false)
    val to = zip(protobuf, create = true)
    try Files.walk(from.getPath("/")).iterator().asScala.toList.foreach(translateEntry(_, to))
    catch { case error: Throwable => to.close(); Files.deleteIfExists(protobuf); throw error }
    finally { from.close(); if (to.isOpen) to.close() }
  }

  private def translateEntry(entry: Path, to: FileSystem): Unit = {
    val target = to.getPath(entry.toString)
    def sibling(name: String) = target.resolveSibling(name)
    if (Files.isDirectory(entry)) Files.createDirectories(target)
    else entry.getFileName.toString match {
      case "bundle.json" =>
        val text = new String(Files.readAllBytes(entry), UTF_8)
        Files.write(target, text.replaceFirst("\"format\": *\"json\"", "\"format\": \"protobuf\"").getBytes(UTF_8))
      case "model.json" =>
        ProtoFormatModelSerializer().write(sibling("model.pb"), JsonFormatModelSerializer().read(entry))
      case "node.json" =>
        ProtoFormatNodeSerializer.write(sibling("node.pb"), JsonFormatNodeSerializer.read(entry))
      case "tree.json" => throw new UnsupportedOperationException("trees are not translated")
      case _ => Files.copy(entry, target)
    }
  }

  private def zip(path: Path, create: Boolean): FileSystem =
    FileSystems.newFileSystem(java.net.URI.create(s"jar:file:${path.toAbsolutePath}"),
      Collections.singletonMap("create", create.toString))
}
