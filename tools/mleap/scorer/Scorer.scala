package pillion.golden

import java.io.File
import java.nio.file.Paths

/** Scores a frame with the real MLeap: Scorer MODEL FRAME OUT. */
object Scorer {
  def main(args: Array[String]): Unit = args match {
    case Array(model, frame, out) =>
      try {
        val transformer = Frames.loadModel(new File(model))
        Frames.write(transformer.transform(Frames.read(Paths.get(frame))).get, Paths.get(out))
      } catch {
        case error: Throwable =>
          System.err.println(Frames.chain(error))
          sys.exit(65)
      }
    case _ =>
      System.err.println("usage: Scorer MODEL FRAME OUT")
      sys.exit(64)
  }
}
