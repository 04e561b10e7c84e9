/* Scores one house in C: ./score_c shm:/run/pillion/pillion.sock house */
#include <pillion/pillion.h>

#include <stdio.h>

static const struct {
  const char* column;
  double value;
} house[] = {
    {"bedrooms", 3},      {"bathrooms", 2.25}, {"sqft_living", 1570},
    {"sqft_lot", 7187},   {"floors", 1},       {"waterfront", 0},
    {"view", 0},          {"condition", 4},    {"grade", 8},
    {"sqft_above", 1170}, {"yr_built", 1980},  {"yr_renovated", 0},
    {"lat", 47.7604},     {"long", -122.356},  {"sqft_living15", 1660},
    {"sqft_lot15", 8775},
};

static int fail(const char* what, const char* why) {
  fprintf(stderr, "score_c: %s: %s\n", what, why);
  return 1;
}

/* An unknown column is -1, which the row refuses; scoring the row then returns that refusal. */
static void fill(const pillion_model* model, pillion_row* row) {
  for (size_t i = 0; i < sizeof(house) / sizeof(house[0]); ++i) {
    const int32_t column = pillion_find_input(model, house[i].column);
    pillion_set_double(row, (uint32_t)column, house[i].value);
  }
  pillion_set_text(row, (uint32_t)pillion_find_input(model, "zipcode"), "98133", 5);
}

static int score(pillion_model* model) {
  const uint64_t timeout_ns = 1000000000u; /* a page would wait for less: some milliseconds */
  pillion_row* row = pillion_row_new(model);
  pillion_answer* answer = pillion_answer_new(model);
  double price = 0;
  int status = 0;
  if (row == NULL || answer == NULL) {
    status = fail("score", "no memory");
  } else {
    fill(model, row);
    pillion_code code = pillion_score(model, row, timeout_ns, answer);
    if (code == PILLION_OK) code = pillion_get_double(answer, 0, &price);
    if (code == PILLION_OK) {
      printf("%.2f\n", price);
    } else {
      status = fail(pillion_code_text(code), pillion_row_fault(row));
    }
  }
  pillion_answer_free(answer);
  pillion_row_free(row);
  return status;
}

int main(int argc, char** argv) {
  const char* outputs[] = {"prediction"};
  const uint64_t timeout_ns = 1000000000u;
  pillion_error error = {0};
  pillion_client* client = NULL;
  pillion_model* model = NULL;
  if (argc != 3) return fail("usage", "score_c URL MODEL");
  if (pillion_open(argv[1], NULL, &client, &error) != PILLION_OK) return fail(argv[1], error.text);
  if (pillion_bind(client, argv[2], outputs, 1, timeout_ns, &model, &error) != PILLION_OK) {
    pillion_close(client);
    return fail(argv[2], error.text);
  }
  const int status = score(model);
  pillion_model_free(model);
  pillion_close(client);
  return status;
}
