/* Scores columns of Apache Arrow, through Arrow's C data interface: the two structs below, which
 * are its ABI, and no library. What pillion.h says about codes, threads and fork() holds here.
 *
 *   struct ArrowSchema out_schema;
 *   struct ArrowArray out;
 *   pillion_error error = PILLION_ERROR_INIT;
 *   if (pillion_score_arrow(model, &schema, &rows, 0, timeout_ns, &out_schema, &out, NULL, &error))
 *     return fail(error.text);
 *   ... out.children[0] is the first output ...
 *   out.release(&out);
 *   out_schema.release(&out_schema);
 */
#ifndef PILLION_ARROW_H_
#define PILLION_ARROW_H_

#include "pillion.h"

#ifdef __cplusplus
extern "C" {
#endif

/* As https://arrow.apache.org/docs/format/CDataInterface.html has them, under its guard. */
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
  const char* format;
  const char* name;
  const char* metadata;
  int64_t flags;
  int64_t n_children;
  struct ArrowSchema** children;
  struct ArrowSchema* dictionary;
  void (*release)(struct ArrowSchema*);
  void* private_data;
};

struct ArrowArray {
  int64_t length;
  int64_t null_count;
  int64_t offset;
  int64_t n_buffers;
  int64_t n_children;
  const void** buffers;
  struct ArrowArray** children;
  struct ArrowArray* dictionary;
  void (*release)(struct ArrowArray*);
  void* private_data;
};

#endif /* ARROW_C_DATA_INTERFACE */

/* Rows that have no answer do not fail the call: their outputs are null, and a last column of the
 * answers, "pillion_code" (uint8), has the code of each row, 0 for those that have one. That goes
 * for codes that a row is to blame for, 1 (PILLION_SKIPPED) and 16 to 47; others end the call. */
#define PILLION_ARROW_CODES 1u

/* Scores the rows of a struct array (a record batch), at most 2^31 - 1 of them, by one timeout.
 *
 * `schema` and `rows` stay the caller's: they are neither changed nor released, and nothing points
 * to them afterwards. Each input of the model is the child of its name; other children are left
 * alone. A model's input that is no child is refused: bind without it (pillion_bind_without), or
 * give a column of nulls (format "n"). A row that is null is a row of nulls. What a child may be:
 *
 *   a number     int8 to uint64, float16 to float64; as pillion_set_long and _double take them
 *   boolean      bool
 *   text         utf8, binary, their large, view and fixed-size forms
 *   list         list, large_list, fixed_size_list and list views, of what the elements may be
 *   tensor       the same; lists of lists of equal sizes for more than one dimension
 *   each         a dictionary of the above, and nulls; a list that is no null has none in it
 *
 * A column that holds nothing but nulls may have any type. Maps cannot be given.
 *
 * `answers` has a child for each output: numbers and booleans in the type of their own, utf8,
 * binary, and lists of these for lists and tensors (sparse ones filled up with zeros, the values of
 * those with more dimensions in the order of rows). Maps cannot be had: PILLION_UNSUPPORTED, bind
 * other outputs. `answers_schema` (may be NULL) and `answers` are the caller's, to be released by
 * their callbacks, in any thread and order, also after the model and the client. Where the call
 * fails, both are left with release = NULL.
 *
 * `flags`: 0 or PILLION_ARROW_CODES. Without it the first row without an answer fails the call, and
 * error->row is its index. `version` (may be NULL): as pillion_answer_version(), of the last row;
 * 0 if there are no rows. Rows travel in batches, few in slots and many over the socket;
 * pillion_get_stats() counts batches. PILLION_MALFORMED: the arrays are broken, as far as can be
 * seen; buffers have no length in this interface, so those must be as long as its format says.
 * Buffers need no alignment. */
PILLION_API pillion_code pillion_score_arrow(pillion_model* model, const struct ArrowSchema* schema,
                                             const struct ArrowArray* rows, uint32_t flags,
                                             uint64_t timeout_ns,
                                             struct ArrowSchema* answers_schema,
                                             struct ArrowArray* answers, uint32_t* version,
                                             pillion_error* error);

#ifdef __cplusplus
}
#endif

#endif /* PILLION_ARROW_H_ */
