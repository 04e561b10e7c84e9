package pillion.race

import java.io.{BufferedReader, File, InputStreamReader}
import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Paths}
import java.util.Random

import ml.combust.mleap.core.types._
import ml.combust.mleap.runtime.frame.{DefaultLeapFrame, Row, RowTransformer}
import pillion.golden.Frames

/**
 * MLeap's side of the race.
 *
 *   Racer rows FRAME OUT          4,096 rows: FRAME's own, then copies with doubles changed by a percent
 *   Racer drive MODEL FRAME COLUMN OUT
 *
 * `drive` scores single rows as a web server would that holds the values of a request: a row made
 * of them, MLeap's row transformer, one number read from the answer. It writes that number of each
 * row to OUT, one on a line, and then waits: each line "MS" of its input is a round of so many
 * milliseconds, answered by "p50 p99 rows_per_s" in nanoseconds.
 */
object Racer {
  private val RowCount = 4096

  def main(args: Array[String]): Unit = args match {
    case Array("rows", frame, out) => writeRows(frame, out)
    case Array("drive", model, frame, column, out) => drive(model, frame, column, out)
    case _ =>
      System.err.println("usage: Racer rows FRAME OUT | drive MODEL FRAME COLUMN OUT")
      sys.exit(64)
  }

  private def writeRows(path: String, out: String): Unit = {
    val frame = Frames.read(Paths.get(path))
    val own = frame.collect()
    val random = new Random(1)
    val rows = (0 until math.max(RowCount, own.size)).map { i =>
      val row = own(i % own.size)
      if (i < own.size) row
      else Row(row.toSeq.map {
        case x: Double => x * (1 + 0.01 * random.nextGaussian())
        case other => other
      }: _*)
    }
    Frames.write(DefaultLeapFrame(frame.schema, rows), Paths.get(out))
  }

  private def drive(model: String, path: String, column: String, out: String): Unit = {
    val transformer = Frames.loadModel(new File(model))
    val frame = Frames.read(Paths.get(path))
    val rows = transformer.transform(RowTransformer(frame.schema)).get
    val place = rows.outputSchema.indexOf(column).get
    val values = frame.collect().map(_.toSeq.toArray[Any]).toArray

    def score(i: Int): Double =
      rows.transform(Row(values(i % values.length).toSeq: _*)).getDouble(place)

    val answers = values.indices.map(i => java.lang.Double.toString(score(i)))
    Files.write(Paths.get(out), answers.mkString("", "\n", "\n").getBytes(UTF_8))

    val input = new BufferedReader(new InputStreamReader(System.in, UTF_8))
    Iterator.continually(input.readLine()).takeWhile(_ != null).foreach { line =>
      println(round(line.trim.toLong, score))
    }
  }

  private val samples = new Array[Long](1 << 22)

  private def round(ms: Long, score: Int => Double): String = {
    var kept = 0.0 // so that nothing is left out
    var count = 0
    val start = System.nanoTime()
    val end = start + ms * 1000000
    var before = start
    while (before < end && count < samples.length) {
      kept += score(count)
      val now = System.nanoTime()
      samples(count) = now - before
      before = now
      count += 1
    }
    if (kept.isNaN) System.err.println("the answers are no numbers")
    java.util.Arrays.sort(samples, 0, count)
    val perSecond = count * 1e9 / (before - start)
    f"${samples(count / 2)} ${samples((count * 99L / 100).toInt)} $perSecond%.0f"
  }
}
