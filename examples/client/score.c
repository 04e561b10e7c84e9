/* Scores one house in C: ./score_c shm:/run/pillion/pillion.sock house */
#include <pillion/pillion.h>

#include <stdio.h>

static int fail(const char* what, const char* why) {
  fprintf(stderr, "%s: %s\n", what, why);
  return 1;
}

int main(int argc, char** argv) {
  const uint64_t second = 1000000000u;
  const char* outputs[] = {"prediction"};
  pillion_error error = {0};
  pillion_client* client = NULL;
  pillion_model* model = NULL;
  if (argc != 3) return fail("usage", "score_c URL MODEL");
  if (pillion_open(argv[1], NULL, &client, &error) != PILLION_OK) return fail("open", error.text);
  if (pillion_bind(client, argv[2], outputs, 1, second, &model, &error) != PILLION_OK) {
    pillion_close(client);
    return fail("bind", error.text);
  }

  pillion_row* row = pillion_row_new(model);
  pillion_answer* answer = pillion_answer_new(model);
  /* An unknown column is -1, and the row then says so. */
  pillion_set_double(row, (uint32_t)pillion_find_input(model, "bedrooms"), 3.0);
  pillion_set_double(row, (uint32_t)pillion_find_input(model, "sqft_living"), 1680.0);
  pillion_set_text(row, (uint32_t)pillion_find_input(model, "zipcode"), "98103", 5);

  double prediction = 0;
  pillion_code code = pillion_score(model, row, second / 2000, answer);
  if (code == PILLION_OK) code = pillion_get_double(answer, 0, &prediction);
  if (code == PILLION_OK) {
    printf("%g\n", prediction);
  } else {
    fail(pillion_code_text(code), pillion_row_fault(row));
  }

  pillion_answer_free(answer);
  pillion_row_free(row);
  pillion_model_free(model);
  pillion_close(client);
  return code == PILLION_OK ? 0 : 1;
}
