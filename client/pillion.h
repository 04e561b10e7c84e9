/* The client library of Pillion, a scoring sidecar: the C interface, which stays binary compatible
 * within a SONAME. C++ programs use pillion.hpp, which is a header over it.
 *
 * - Functions return a pillion_code, 0 for success, and never throw, abort or exit.
 * - A client and its models may be used by any number of threads at a time. A row, an answer and a
 *   queue belong to one thread at a time.
 * - Every call that waits takes a timeout in nanoseconds and is over by then. Scoring is pure, so
 *   a request that failed may always be sent again.
 * - A client of a server must not be used in a child of fork(): calls return PILLION_FORKED there.
 *   It may be closed in the child, which leaves the parent's client alone.
 * - Structs with a `size` member are filled by PILLION_..._INIT; later versions append members.
 */
#ifndef PILLION_CLIENT_H_
#define PILLION_CLIENT_H_

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define PILLION_API __attribute__((visibility("default")))
#else
#define PILLION_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Of the server and of the library; values of schemas/types/score_code.h. These are the ones that a
 * program is likely to tell apart. */
typedef uint8_t pillion_code;
enum {
  PILLION_OK = 0,
  PILLION_SKIPPED = 1,
  PILLION_MALFORMED = 48,
  PILLION_UNKNOWN_MODEL = 49,
  PILLION_SCHEMA_CHANGED = 51, /* make rows, answers and column indexes of the model anew */
  PILLION_UNKNOWN_COLUMN = 52,
  PILLION_UNSUPPORTED = 53,
  PILLION_REFUSED = 54,
  PILLION_WRONG_MODEL = 55, /* a row or an answer of a binding with other columns */
  PILLION_BUSY = 80,
  PILLION_DEADLINE = 81,
  PILLION_DRAINING = 82,
  PILLION_SERVER_GONE = 83,
  PILLION_FORKED = 84,
  PILLION_INTERNAL = 127
};
PILLION_API const char* pillion_code_name(pillion_code code);
PILLION_API const char* pillion_code_text(pillion_code code); /* one sentence */

/* Why a call failed, and where in the row. Functions that take one accept NULL. A size of 0, as
 * in {0}, is taken for the struct as it stands here. Texts end in 0 and are cut where too long. */
typedef struct pillion_error {
  size_t size;
  pillion_code code;
  uint32_t row;          /* of a batch; 0 for a single row */
  int32_t column;        /* the index of the input column to blame; -1: none of them */
  char column_name[128]; /* also of one that only the model's stages know, or nobody */
  char stage[128];       /* the stage that refused the row: "op name"; "" if none did */
  char text[512];        /* all of it in one sentence */
} pillion_error;
#define PILLION_ERROR_INIT \
  { sizeof(pillion_error), PILLION_OK, 0, -1, "", "", "" }

/* ---- Client ---- */

typedef struct pillion_client pillion_client;

#define PILLION_SPIN_ADAPTIVE UINT64_MAX

typedef struct pillion_options {
  size_t size;
  uint32_t lanes;              /* calls at a time over shared memory, 1 to 64, to begin with */
  uint32_t request_slot_bytes; /* likewise; a bind or a row that needs larger ones gets them, */
  uint32_t answer_slot_bytes;  /* up to 64 KiB and to 16 MiB for all slots of all lanes */
  uint32_t connect_later;      /* not 0: succeed without a server, connect when there is one */
  uint64_t connect_timeout_ns;
  uint64_t spin_ns;   /* how long a call spins before it sleeps; 0: never */
  uint32_t lanes_max; /* lanes grow up to this, or to what the server grants, while threads wait */
  uint32_t reserved;
} pillion_options;
#define PILLION_OPTIONS_INIT \
  { sizeof(pillion_options), 8, 1152, 384, 0, 1000000000u, PILLION_SPIN_ADAPTIVE, 64, 0 }

/* `url`: "shm:PATH" of the server's socket; falls back to the socket where memory cannot be shared.
 * "unix:PATH": the socket alone. "inproc:PATH" of a bundle or a directory of models: no server, the
 * engine in this process (docs/client.md). `options` NULL: defaults. */
PILLION_API pillion_code pillion_open(const char* url, const pillion_options* options,
                                      pillion_client** client, pillion_error* error);
/* Ends calls in flight with PILLION_SERVER_GONE. Models, rows and queues must be freed before;
 * no other thread may be in a call. NULL is allowed. */
PILLION_API void pillion_close(pillion_client* client);

/* "shm" where memory is shared, "unix", "inproc", or "" while there is no connection. */
PILLION_API const char* pillion_transport(const pillion_client* client);

/* Each call for a row is counted once: in ring_calls, socket_calls, inproc_calls, lane_deadlines or
 * unconnected, and nowhere if it was refused before it was sent. */
typedef struct pillion_stats {
  size_t size;
  uint64_t ring_calls;
  uint64_t ring_failures; /* answers with another code than 0 */
  uint64_t ring_deadlines;
  uint64_t sleeps; /* times that a call slept */
  uint64_t kicks;  /* times that a call had to wake the server */
  uint64_t socket_calls;
  uint64_t socket_failures;
  uint64_t unconnected; /* calls that met no server, or no layout */
  uint64_t connects;
  uint64_t socket_deadlines;
  uint64_t socket_overflows; /* of socket_calls: no slot of shared memory holds row or answer */
  uint64_t lane_waits;       /* times that a call had to wait for a lane */
  uint64_t lane_deadlines;   /* calls whose deadline passed while they waited for a lane */
  uint64_t lanes;            /* now; 0 where no memory is shared */
  uint64_t request_slot_bytes, answer_slot_bytes;
  uint64_t inproc_calls, inproc_failures; /* as those of ring and socket */
} pillion_stats;
#define PILLION_STATS_INIT \
  { sizeof(pillion_stats), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
PILLION_API pillion_code pillion_get_stats(const pillion_client* client, pillion_stats* stats);

/* Asks the server: "status", "ready" or "models". The answer is JSON; at most `capacity` bytes of
 * it, a final 0 included, are written. `length` (may be NULL): of the whole answer, without 0. */
PILLION_API pillion_code pillion_ask(pillion_client* client, const char* question,
                                     uint64_t timeout_ns, char* text, size_t capacity,
                                     size_t* length);
/* The same with arguments, which "load", "promote", "rollback", "unload" and "versions" take as
 * docs/models.md says: over the control socket, for the server's own user and root alone. */
PILLION_API pillion_code pillion_ask_with(pillion_client* client, const char* question,
                                          const char* const* arguments, size_t count,
                                          uint64_t timeout_ns, char* text, size_t capacity,
                                          size_t* length);

/* ---- Model ---- */

typedef struct pillion_model pillion_model;

/* `outputs` are the wanted columns; 0 of them: all. The binding outlives reconnects. */
PILLION_API pillion_code pillion_bind(pillion_client* client, const char* name,
                                      const char* const* outputs, size_t output_count,
                                      uint64_t timeout_ns, pillion_model** model,
                                      pillion_error* error);
/* The same for a caller who does not have the inputs `absent`, such as a model's label: stages that
 * may be left out where they lack their column, and that nothing wanted depends on, are left out.
 * What else is needed is an input all the same. Servers older than this ask for all. */
PILLION_API pillion_code pillion_bind_without(pillion_client* client, const char* name,
                                              const char* const* absent, size_t absent_count,
                                              const char* const* outputs, size_t output_count,
                                              uint64_t timeout_ns, pillion_model** model,
                                              pillion_error* error);
PILLION_API void pillion_model_free(pillion_model* model);

/* How this model's rows travel: "shm", "unix", or "" while there is no connection. "unix" with
 * shared memory: the last row, or its answer, fits no slot; see pillion_stats.socket_overflows. */
PILLION_API const char* pillion_model_transport(const pillion_model* model);

PILLION_API size_t pillion_input_count(const pillion_model* model);
PILLION_API size_t pillion_output_count(const pillion_model* model);
/* Live as long as the model; NULL past the end. The type is for people: "list of string". */
PILLION_API const char* pillion_input_name(const pillion_model* model, size_t column);
PILLION_API const char* pillion_input_type(const pillion_model* model, size_t column);
PILLION_API const char* pillion_output_name(const pillion_model* model, size_t column);
PILLION_API const char* pillion_output_type(const pillion_model* model, size_t column);
/* The columns with their types, as bytes that PROTOCOL.md describes ("layout description"): for
 * programs that encode rows themselves. Live as long as the model. */
PILLION_API const void* pillion_model_description(const pillion_model* model, size_t* bytes);
/* The index of a column, or -1. */
PILLION_API int32_t pillion_find_input(const pillion_model* model, const char* name);
PILLION_API int32_t pillion_find_output(const pillion_model* model, const char* name);

/* ---- Row ---- */

typedef struct pillion_row pillion_row;

/* All columns null. For this binding, and others with the same columns; the rest refuse it with
 * PILLION_WRONG_MODEL. Outlives the model. NULL: no memory. */
PILLION_API pillion_row* pillion_row_new(const pillion_model* model);
PILLION_API void pillion_row_free(pillion_row* row);
PILLION_API void pillion_row_clear(pillion_row* row);

/* The first refusal stays with the row until it is cleared, and scoring such a row returns it, so
 * the codes of single sets need not be looked at. Strings are UTF-8. */
PILLION_API pillion_code pillion_set_null(pillion_row* row, uint32_t column);
PILLION_API pillion_code pillion_set_bool(pillion_row* row, uint32_t column, int value);
PILLION_API pillion_code pillion_set_long(pillion_row* row, uint32_t column, int64_t value);
PILLION_API pillion_code pillion_set_double(pillion_row* row, uint32_t column, double value);
/* Many columns in one call, for programs to which each call is dear. Returns the first refusal. */
PILLION_API pillion_code pillion_set_doubles(pillion_row* row, const uint32_t* columns,
                                             const double* values, size_t count);
PILLION_API pillion_code pillion_set_text(pillion_row* row, uint32_t column, const char* text,
                                          size_t bytes);
/* A dense vector; a sparse one, with indices ascending; a list. */
PILLION_API pillion_code pillion_set_vector(pillion_row* row, uint32_t column, const double* values,
                                            size_t count);
PILLION_API pillion_code pillion_set_sparse(pillion_row* row, uint32_t column,
                                            const int32_t* indices, const double* values,
                                            size_t count, int32_t size);
PILLION_API pillion_code pillion_set_texts(pillion_row* row, uint32_t column,
                                           const char* const* texts, size_t count);
/* The column of a name, for the setters: a name that the model does not have is refused in the row
 * by that name, and UINT32_MAX is returned, which every setter refuses. */
PILLION_API uint32_t pillion_row_column(pillion_row* row, const char* name);
/* What was refused first, with the column's name; "" if nothing was. Lives until the next call. */
PILLION_API const char* pillion_row_fault(pillion_row* row);
/* The same with its parts. Returns the code; PILLION_OK: nothing was refused. */
PILLION_API pillion_code pillion_row_error(const pillion_row* row, pillion_error* error);

/* ---- Answer ---- */

typedef struct pillion_answer pillion_answer;

/* For bindings with the same inputs and outputs, as a row is for those with the same inputs. */
PILLION_API pillion_answer* pillion_answer_new(const pillion_model* model);
PILLION_API void pillion_answer_free(pillion_answer* answer);
PILLION_API pillion_code pillion_answer_code(const pillion_answer* answer);
/* Why the code is not 0. Returns the code. */
PILLION_API pillion_code pillion_answer_error(const pillion_answer* answer, pillion_error* error);
/* Its parts: the input column to blame, or -1; the stage, "op name" or "", until the next call. */
PILLION_API int32_t pillion_answer_column(const pillion_answer* answer);
PILLION_API const char* pillion_answer_stage(pillion_answer* answer);
/* The same for one row of the answer to a PILLION_BATCH, whose rows have codes of their own. */
PILLION_API pillion_code pillion_answer_row_error(const pillion_answer* answer, uint32_t row,
                                                  pillion_error* error);
/* Which version of the model scored: another one for another content of the bundle. Printed as %08x
 * it begins the bundle's content_sha256, which `pillion inspect` and "models" show. */
PILLION_API uint32_t pillion_answer_version(const pillion_answer* answer);
PILLION_API int pillion_is_null(const pillion_answer* answer, uint32_t column);
/* Values are left alone where the code is not 0. */
PILLION_API pillion_code pillion_get_bool(const pillion_answer* answer, uint32_t column,
                                          int* value);
PILLION_API pillion_code pillion_get_long(const pillion_answer* answer, uint32_t column,
                                          int64_t* value);
PILLION_API pillion_code pillion_get_double(const pillion_answer* answer, uint32_t column,
                                            double* value);
/* Not ended by 0; valid until the answer is used for another call. */
PILLION_API pillion_code pillion_get_text(pillion_answer* answer, uint32_t column,
                                          const char** text, size_t* bytes);
/* A vector or list of doubles; sparse ones are filled up with zeros. At most `capacity` values
 * are written; `count` says how many there are. */
PILLION_API pillion_code pillion_get_vector(pillion_answer* answer, uint32_t column, double* values,
                                            size_t capacity, size_t* count);

/* ---- Scoring ---- */

PILLION_API pillion_code pillion_score(pillion_model* model, const pillion_row* row,
                                       uint64_t timeout_ns, pillion_answer* answer);
/* Many rows at a time, by one timeout. Each answer has its own code; returns how many are 0. */
PILLION_API size_t pillion_score_each(pillion_model* model, const pillion_row* const* rows,
                                      size_t count, uint64_t timeout_ns,
                                      pillion_answer* const* answers);

/* Rows and answers as bytes, for programs with generated FlatBuffers code. */
typedef enum pillion_kind { PILLION_ROW = 1, PILLION_BATCH = 2 } pillion_kind;
PILLION_API pillion_code pillion_score_bytes(pillion_model* model, pillion_kind kind,
                                             const void* request, size_t bytes, uint64_t timeout_ns,
                                             pillion_answer* answer);
/* On 8 bytes; valid until the row or answer changes. */
PILLION_API const void* pillion_row_bytes(const pillion_row* row, size_t* bytes);
PILLION_API const void* pillion_answer_bytes(const pillion_answer* answer, size_t* bytes);

/* ---- Queue: submit now, poll later ---- */

/* Holds a lane for as long as it lives. */
typedef struct pillion_queue pillion_queue;
typedef struct pillion_completion {
  uint64_t cookie;
  pillion_code code;
} pillion_completion;

PILLION_API pillion_code pillion_queue_open(pillion_client* client, pillion_queue** queue);
/* What is under way is given up. */
PILLION_API void pillion_queue_close(pillion_queue* queue);
/* PILLION_BUSY: too much is under way, poll first. `answer` is filled by the poll that reports
 * `cookie`, and must live until then. */
PILLION_API pillion_code pillion_submit(pillion_queue* queue, pillion_model* model,
                                        const pillion_row* row, uint64_t timeout_ns,
                                        uint64_t cookie, pillion_answer* answer);
/* The same with the bytes of a row or a batch, which are the caller's again when it returns. */
PILLION_API pillion_code pillion_submit_bytes(pillion_queue* queue, pillion_model* model,
                                              pillion_kind kind, const void* request, size_t bytes,
                                              uint64_t timeout_ns, uint64_t cookie,
                                              pillion_answer* answer);
/* Reports what has ended: answered, past its deadline, or cut off. Never waits. */
PILLION_API size_t pillion_poll(pillion_queue* queue, pillion_completion* completions,
                                size_t capacity);
/* Waits until a poll would report something, or for `timeout_ns`. */
PILLION_API void pillion_queue_wait(pillion_queue* queue, uint64_t timeout_ns);
/* For event loops: a descriptor that becomes readable when an answer comes, or the server goes.
 * Before each wait call pillion_queue_arm(): 0 means that a poll would report something now, so
 * do not wait. Deadlines do not make it readable. The descriptor is the connection's: one queue
 * of a client may use it, and it is another one after PILLION_SERVER_GONE. -1: no connection. */
PILLION_API int pillion_queue_descriptor(pillion_queue* queue);
PILLION_API int pillion_queue_arm(pillion_queue* queue);

#ifdef __cplusplus
}
#endif

#endif /* PILLION_CLIENT_H_ */
