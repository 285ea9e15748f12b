// A 3x3 convolution by Winograd's minimal filtering, F(4x4, 3x3), and the instance norm that follows it, there and back:
// the C++ of winograd_native.py; the words are winograd.py's.
//
// Lavin and Gray, "Fast algorithms for convolutional neural networks", CVPR 2016, §4.1 and §4.3: U of kernels, V of
// inputs, M their products. All is float32, and channels are a multiple of LANES: a vector holds as many of them, at
// one place of one tile. Every matrix of the 36 products is a cache line longer than its numbers, so that their first
// numbers are not all kept in the same few places of the cache.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <omp.h>
#include <utility>

#define INLINE inline __attribute__((always_inline))

namespace {

#ifdef __AVX512F__
constexpr int LANES = 16, ROWS = 8, VECTORS = 3; // 24 sums, 3 numbers of the right, 1 of the left: 32 registers
#else
constexpr int LANES = 8, ROWS = 4, VECTORS = 3; // 12 sums and the same beside them: 16 registers
#endif
constexpr int EDGE = 4, PRODUCTS = 36, KERNEL = 9, LINE = 16, AHEAD = 8;

typedef float Vector __attribute__((vector_size(4 * LANES)));
typedef float InMemory __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

INLINE Vector load(const float *from) { return *(const InMemory *)from; }
INLINE void store(float *to, Vector x) { *(InMemory *)to = x; }

// ---- the transformations, of one dimension: the tables of winograd.py, and each turned around for the way back

struct OfInput {
    static constexpr int rows = 6, columns = 6;
    static constexpr float at[6][6] = {{4, 0, -5, 0, 1, 0},  {0, -4, -4, 1, 1, 0}, {0, 4, -4, -1, 1, 0},
                                       {0, -2, -1, 2, 1, 0}, {0, 2, -1, -2, 1, 0}, {0, 4, 0, -5, 0, 1}};
    static constexpr float value(int i, int j) { return at[i][j]; }
};
struct OfKernel {
    static constexpr int rows = 6, columns = 3;
    static constexpr float at[6][3] = {{1.f / 4, 0, 0},
                                       {-1.f / 6, -1.f / 6, -1.f / 6},
                                       {-1.f / 6, 1.f / 6, -1.f / 6},
                                       {1.f / 24, 1.f / 12, 1.f / 6},
                                       {1.f / 24, -1.f / 12, 1.f / 6},
                                       {0, 0, 1}};
    static constexpr float value(int i, int j) { return at[i][j]; }
};
struct OfOutput {
    static constexpr int rows = 4, columns = 6;
    static constexpr float at[4][6] = {{1, 1, 1, 1, 1, 0}, {0, 1, -1, 2, -2, 0}, {0, 1, 1, 4, 4, 0}, {0, 1, -1, 8, -8, 1}};
    static constexpr float value(int i, int j) { return at[i][j]; }
};
template <class Table> struct Turned {
    static constexpr int rows = Table::columns, columns = Table::rows;
    static constexpr float value(int i, int j) { return Table::value(j, i); }
};

template <class Table, int I, int J> INLINE void add(Vector &sum, const Vector *x, int step) {
    constexpr float factor = Table::value(I, J);
    if constexpr (factor == 1) sum += x[J * step];
    else if constexpr (factor == -1) sum -= x[J * step];
    else if constexpr (factor != 0) sum += factor * x[J * step];
}

template <class Table, int I, int... J>
INLINE Vector row(const Vector *x, int step, std::integer_sequence<int, J...>) {
    Vector sum = {};
    (add<Table, I, J>(sum, x, step), ...);
    return sum;
}

template <class Table, int... I>
INLINE void rows(const Vector *x, int step, Vector *y, int to, std::integer_sequence<int, I...>) {
    ((y[I * to] = row<Table, I>(x, step, std::make_integer_sequence<int, Table::columns>())), ...);
}

// y = table x table^T, of x (columns x columns)
template <class Table> INLINE void transform(const Vector *x, Vector *y) {
    constexpr auto all = std::make_integer_sequence<int, Table::rows>();
    Vector half[Table::rows * Table::columns];
    for (int j = 0; j < Table::columns; j++) rows<Table>(x + j, Table::columns, half + j, Table::columns, all);
    for (int i = 0; i < Table::rows; i++) rows<Table>(half + i * Table::columns, 1, y + i * Table::rows, 1, all);
}

// ---- products of matrices

// c (HEIGHT x WIDTH vectors) = a (HEIGHT x depth) b (depth x WIDTH vectors), the numbers of `a` being `down` and `along`
// apart
template <int HEIGHT, int WIDTH>
void block(const float *a, long down, long along, const float *b, long b_row, float *c, long c_row, long depth) {
    Vector sum[HEIGHT][WIDTH] = {};
    for (long k = 0; k < depth; k++) {
        Vector right[WIDTH];
        for (int j = 0; j < WIDTH; j++) right[j] = load(b + k * b_row + j * LANES);
        for (int i = 0; i < HEIGHT; i++) {
            float left = a[i * down + k * along];
            for (int j = 0; j < WIDTH; j++) sum[i][j] += left * right[j];
        }
    }
    for (int i = 0; i < HEIGHT; i++)
        for (int j = 0; j < WIDTH; j++) store(c + i * c_row + j * LANES, sum[i][j]);
}

using Block = void (*)(const float *, long, long, const float *, long, float *, long, long);

template <int WIDTH, int... I> Block as_high_as(int height, std::integer_sequence<int, I...>) {
    constexpr Block known[] = {block<I + 1, WIDTH>...};
    return known[height - 1];
}

Block block_of(int height, int width) {
    constexpr auto heights = std::make_integer_sequence<int, ROWS>();
    if (width == 1) return as_high_as<1>(height, heights);
    return width == 2 ? as_high_as<2>(height, heights) : as_high_as<3>(height, heights);
}

// the same of any height, in blocks; `width` is a number of vectors
void multiply(const float *a, long down, long along, const float *b, long b_row, float *c, long c_row, long height,
              int width, long depth) {
    for (long i = 0; i < height; i += ROWS)
        block_of(std::min<long>(ROWS, height - i), width)(a + i * down, down, along, b, b_row, c + i * c_row, c_row, depth);
}

// Columns in panels of at most VECTORS vectors, as even as they can be.
struct Panels {
    int vectors, count;
    explicit Panels(int columns) : vectors(columns / LANES), count((vectors + VECTORS - 1) / VECTORS) {}
    int from(int panel) const { return vectors * panel / count * LANES; }
    int width(int panel) const { return (from(panel + 1) - from(panel)) / LANES; }
};

// ---- the parts of a convolution

struct Work {
    const int64_t *around; // (36, tiles): of each place of a tile the row of pixels that it reads
    long tiles, images, channels, wanted;
    int threads;

    long all() const { return tiles * images; }
    long of_inputs() const { return all() * channels + LINE; } // from one product's V to the next one's
    long of_results() const { return all() * wanted + LINE; }  // from one product's M to the next one's
    long of_panel() const { return std::max(channels, wanted) * VECTORS * LANES + LINE; }
    long of_rows() const { return ROWS * channels + LINE; }
    long scratch() const {
        return PRODUCTS * (of_inputs() + of_results() + std::max(of_panel(), threads * of_rows()));
    }
};

// Every vector of channels of every image.
template <class Do> void each_vector(const Work &work, long channels, Do act) {
    long vectors = channels / LANES, all = work.images * vectors;
#pragma omp parallel for num_threads(work.threads) if (work.threads > 1) firstprivate(act)
    for (long each = 0; each < all; each++) act(each / vectors, each % vectors * LANES);
}

// Every tile of one of them: `read` gives what is at a place of a tile, `write` is given what it becomes.
template <class Table, class Read, class Write> INLINE void each_tile(long tiles, Read read, Write write) {
    for (long tile = 0; tile < tiles; tile++) {
        Vector x[Table::columns * Table::columns], y[Table::rows * Table::rows];
        for (int k = 0; k < Table::columns * Table::columns; k++) x[k] = read(k, tile);
        transform<Table>(x, y);
        for (int k = 0; k < Table::rows * Table::rows; k++) write(k, tile, y[k]);
    }
}

INLINE Vector rectified(Vector x) { return x < 0 ? Vector{} : x; } // what is no number stays none

void inputs(const Work &work, const float *x, bool rectify, float *v) {
    each_vector(work, work.channels, [=](long image, long channel) {
        each_tile<OfInput>(
            work.tiles,
            [=](int k, long tile) {
                Vector read = load(x + (work.around[k * work.tiles + tile] * work.images + image) * work.channels + channel);
                return rectify ? rectified(read) : read;
            },
            [=](int k, long tile, Vector y) {
                store(v + k * work.of_inputs() + (tile * work.images + image) * work.channels + channel, y);
            });
    });
}

// U of a panel, (36, depth, width vectors), of kernels that are `down` apart from row to row and `along` within one
void kernels(const Work &work, const float *weight, long down, long along, long depth, int width, float *u) {
#pragma omp parallel for num_threads(work.threads) if (work.threads > 1)
    for (long i = 0; i < depth; i++) {
        alignas(4 * LANES) float kernel[VECTORS][KERNEL][LANES];
        for (int j = 0; j < width * LANES; j++) __builtin_prefetch(weight + std::min(i + AHEAD, depth - 1) * down + j * along);
        for (int j = 0; j < width * LANES; j++)
            for (int k = 0; k < KERNEL; k++) kernel[j / LANES][k][j % LANES] = weight[i * down + j * along + k];
        for (int j = 0; j < width; j++) {
            Vector x[KERNEL], y[PRODUCTS];
            for (int k = 0; k < KERNEL; k++) x[k] = load(kernel[j][k]);
            transform<OfKernel>(x, y);
            for (int k = 0; k < PRODUCTS; k++) store(u + k * work.of_panel() + (i * width + j) * LANES, y[k]);
        }
    }
}

// of each of the 36 products, result (all x columns) = a (all x depth) U (depth x columns)
void multiply_by_kernels(const Work &work, const float *a, long of_a, long depth, const float *weight, long down, long along,
                         float *u, float *result, long of_result, long columns) {
    Panels panels(columns);
    for (int panel = 0; panel < panels.count; panel++) {
        int first = panels.from(panel), width = panels.width(panel);
        kernels(work, weight + first * along, down, along, depth, width, u);
#pragma omp parallel for num_threads(work.threads) if (work.threads > 1)
        for (int k = 0; k < PRODUCTS; k++)
            multiply(a + k * of_a, depth, 1, u + k * work.of_panel(), width * LANES, result + k * of_result + first, columns,
                     work.all(), width, depth);
    }
}

void gradient_of_kernels(const Work &work, const float *v, const float *of_m, float *scratch, float *of_weight) {
    Panels panels(work.channels);
#pragma omp parallel for num_threads(work.threads) if (work.threads > 1)
    for (long first = 0; first < work.wanted; first += ROWS) {
        int height = std::min<long>(ROWS, work.wanted - first);
        float *u = scratch + omp_get_thread_num() * PRODUCTS * work.of_rows();
        for (int k = 0; k < PRODUCTS; k++)
            for (int panel = 0; panel < panels.count; panel++)
                multiply(of_m + k * work.of_results() + first, 1, work.wanted,
                         v + k * work.of_inputs() + panels.from(panel), work.channels,
                         u + k * work.of_rows() + panels.from(panel), work.channels, height, panels.width(panel), work.all());
        for (int i = 0; i < height; i++)
            for (long channel = 0; channel < work.channels; channel += LANES) {
                Vector x[PRODUCTS], y[KERNEL];
                for (int k = 0; k < PRODUCTS; k++) x[k] = load(u + k * work.of_rows() + i * work.channels + channel);
                transform<Turned<OfKernel>>(x, y);
                float *to = of_weight + ((first + i) * work.channels + channel) * KERNEL;
                for (int lane = 0; lane < LANES; lane++)
                    for (int k = 0; k < KERNEL; k++) to[lane * KERNEL + k] = y[k][lane];
            }
    }
}

} // namespace

extern "C" {

// Of what `channels` and `wanted` have to be multiples.
int lanes() { return LANES; }

// How many numbers `forward` and `backward` want as `scratch`.
long scratch(long tiles, long images, long channels, long wanted, int threads) {
    return Work{nullptr, tiles, images, channels, wanted, threads}.scratch();
}

// y (16 tiles, images wanted) = norm(convolution of x (16 tiles, images channels)), of max(x, 0) if `rectify`; `scale`
// (images wanted) is what the norm multiplied by. weight is (wanted, channels, 3, 3). A bias would be taken away again by
// the norm.
void forward(const float *x, const float *weight, float *y, float *scale, float *scratch, const int64_t *around, int rectify,
             float epsilon, long tiles, long images, long channels, long wanted, int threads) {
    Work work{around, tiles, images, channels, wanted, threads};
    float *v = scratch, *m = v + PRODUCTS * work.of_inputs(), *u = m + PRODUCTS * work.of_results();
    inputs(work, x, rectify, v);
    multiply_by_kernels(work, v, work.of_inputs(), channels, weight, KERNEL, channels * KERNEL, u, m, work.of_results(), wanted);
    each_vector(work, wanted, [=](long image, long channel) {
        long rows = EDGE * EDGE * tiles, row = images * wanted;
        float *here = y + image * wanted + channel;
        Vector sum = {}, squares = {};
        each_tile<OfOutput>(
            tiles,
            [=](int k, long tile) { return load(m + k * work.of_results() + (tile * images + image) * wanted + channel); },
            [=, &sum](int k, long tile, Vector made) {
                sum += made;
                store(here + (k * tiles + tile) * row, made);
            });
        Vector mean = sum / float(rows);
        for (long i = 0; i < rows; i++) {
            Vector centred = load(here + i * row) - mean;
            squares += centred * centred;
        }
        Vector by;
        for (int lane = 0; lane < LANES; lane++) by[lane] = 1 / std::sqrt(squares[lane] / float(rows) + epsilon);
        for (long i = 0; i < rows; i++) store(here + i * row, (load(here + i * row) - mean) * by);
        store(scale + image * wanted + channel, by);
    });
}

// From the gradient of y those of weight and x, of what is not null; `plus`, if it is not null, is added to that of x.
void backward(const float *gradient, const float *y, const float *scale, const float *x, const float *weight,
              const float *plus, float *of_x, float *of_weight, float *scratch, const int64_t *around, int rectify,
              long tiles, long images, long channels, long wanted, int threads) {
    Work work{around, tiles, images, channels, wanted, threads};
    float *v = scratch, *of_m = v + PRODUCTS * work.of_inputs(), *u = of_m + PRODUCTS * work.of_results();
    long rows = EDGE * EDGE * tiles;
    each_vector(work, wanted, [=](long image, long channel) {
        long row = images * wanted, start = image * wanted + channel;
        Vector mean = {}, along = {}, by = load(scale + start);
        for (long i = 0; i < rows; i++) {
            mean += load(gradient + start + i * row);
            along += load(gradient + start + i * row) * load(y + start + i * row);
        }
        mean /= float(rows), along /= float(rows);
        each_tile<Turned<OfOutput>>(
            tiles,
            [=](int k, long tile) {
                long place = start + (k * tiles + tile) * row;
                return by * (load(gradient + place) - mean - along * load(y + place));
            },
            [=](int k, long tile, Vector made) {
                store(of_m + k * work.of_results() + (tile * images + image) * wanted + channel, made);
            });
    });
    if (of_weight) {
        inputs(work, x, rectify, v);
        gradient_of_kernels(work, v, of_m, u, of_weight);
    }
    if (of_x) {
        float *of_v = v; // V is not wanted any more
        multiply_by_kernels(work, of_m, work.of_results(), wanted, weight, channels * KERNEL, KERNEL, u, of_v, work.of_inputs(),
                            channels);
        each_vector(work, channels, [=](long image, long channel) {
            long row = images * channels, start = image * channels + channel;
            for (long i = 0; i < rows; i++) store(of_x + start + i * row, Vector{});
            each_tile<Turned<OfInput>>(
                tiles,
                [=](int k, long tile) { return load(of_v + k * work.of_inputs() + (tile * images + image) * channels + channel); },
                [=](int k, long tile, Vector made) {
                    float *to = of_x + start + around[k * tiles + tile] * row;
                    store(to, load(to) + made);
                });
            for (long i = 0; i < rows; i++) {
                long place = start + i * row;
                Vector made = load(of_x + place);
                if (rectify) made = load(x + place) <= 0 ? Vector{} : made;
                store(of_x + place, plus ? made + load(plus + place) : made);
            }
        });
    }
}
}
