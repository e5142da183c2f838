/// The Python type LabelParser: makes labels of the rows of one stream.
#include <mutex>
#include <unordered_map>
#include <unordered_set>

#include "columns.h"
#include "label_reader.h"
#include "push.h"
#include "rows_object.h"

namespace whiteroom::logs {
namespace {

using namespace whiteroom::monitoring::python;

constexpr std::string_view kSuffix = "_extracted";
constexpr std::string_view kDetectedLevel = "detected_level";
/// Names that are kept; a line may have any.
constexpr std::size_t kMostNames = 256;

/// Finds a text by a view of it.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept {
    return std::hash<std::string_view>{}(text);
  }
};

/// The name of a label of the stream's lines: as text, and as Python has it.
struct Name {
  std::string text;
  Ref object;
};

struct LabelParser {
  bool is_json;
  /// The labels of the stream, whose names what is found may not take.
  std::unordered_set<std::string, TextHash, std::equal_to<>> base;
  std::unordered_map<std::string, Name, TextHash, std::equal_to<>> names;
};

struct LabelParserObject {
  PyObject_HEAD LabelParser* parser;
};

LabelParser& parser_of(PyObject* self) {
  return *reinterpret_cast<LabelParserObject*>(self)->parser;
}

PyObject* parser_new(PyTypeObject* type, PyObject* arguments, PyObject*) {
  return guarded([&]() -> PyObject* {
    int is_json = 0;
    PyObject* names = nullptr;
    if (!PyArg_ParseTuple(arguments, "pO", &is_json, &names)) throw PythonError{};
    auto parser = std::make_unique<LabelParser>();
    parser->is_json = is_json != 0;
    Ref list(PySequence_Fast(names, "expected names"));
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(list.get()); ++i) {
      parser->base.emplace(bytes_of(PySequence_Fast_GET_ITEM(list.get(), i)));
    }
    Ref self(type->tp_alloc(type, 0));
    reinterpret_cast<LabelParserObject*>(self.get())->parser = parser.release();
    return self.release();
  });
}

void parser_delete(PyObject* self) {
  delete reinterpret_cast<LabelParserObject*>(self)->parser;
  PyTypeObject* const type = Py_TYPE(self);
  type->tp_free(self);
  Py_DECREF(type);
}

/// The names of a row's structured metadata.
class MetaNames {
 public:
  MetaNames(const LabelParser& parser, const Row& row)
      : parser_(parser), pairs_(pairs_of(row.meta)) {
    if (row.level != 0) pairs_.emplace_back(kDetectedLevel, std::string_view());
  }

  /// Whether a name is taken. One that the stream has has got a suffix; errors are no labels.
  bool has(std::string_view name) const {
    for (const auto& [own, value] : pairs_) {
      if (own == "__error__" || own == "__error_details__") continue;
      if (!parser_.base.contains(own)) {
        if (name == own) return true;
      } else if (name.size() == own.size() + kSuffix.size() && name.starts_with(own) &&
                 name.ends_with(kSuffix)) {
        return true;
      }
    }
    return false;
  }

 private:
  const LabelParser& parser_;
  Pairs pairs_;
};

Name named(std::string text) {
  const auto size = static_cast<Py_ssize_t>(text.size());
  Ref object(PyUnicode_FromStringAndSize(text.data(), size));
  return {std::move(text), std::move(object)};
}

/// The name that a label gets, with a suffix where the stream has its own; `rare` holds one that is
/// not kept.
const Name& name_of(LabelParser& parser, std::string_view name, Name& rare) {
  const auto known = parser.names.find(name);
  if (known != parser.names.end()) return known->second;
  std::string text(name);
  if (parser.base.contains(name)) text.append(kSuffix);
  if (parser.names.size() >= kMostNames) {
    rare = named(std::move(text));
    return rare;
  }
  return parser.names.emplace(std::string(name), named(std::move(text))).first->second;
}

/// Write the labels of a row to a dictionary; false where the general parsers have to read it.
bool write_labels(LabelParser& parser, LabelReader& reader, const Row& row, PyObject* labels) {
  if (!reader.read(row.line)) return false;
  const MetaNames meta(parser, row);
  // Then a key without a letter becomes a label, too.
  if (meta.has({})) return false;
  Name rare;
  for (const Label& label : reader.labels()) {
    const Name* name = &name_of(parser, label.name, rare);
    if (meta.has(name->text)) {
      rare = named(name->text + std::string(kSuffix));
      name = &rare;
      // Metadata of that name would go.
      if (parser.base.contains(label.name) || meta.has(rare.text)) return false;
    }
    const auto size = static_cast<Py_ssize_t>(label.value.size());
    Ref value(PyUnicode_FromStringAndSize(label.value.data(), size));
    if (PyDict_SetDefault(labels, name->object.get(), value.get()) == nullptr) throw PythonError{};
  }
  return true;
}

/// labels(rows, numbers): a dictionary for each row, or None.
///
/// The interpreter's lock is kept: making texts is most of it. Dictionaries are made before the
/// rows are locked, because the collector may run then, and others with it.
PyObject* parser_labels(PyObject* self, PyObject* arguments) {
  return guarded([&]() -> PyObject* {
    PyObject* object = nullptr;
    PyObject* sequence = nullptr;
    if (!PyArg_ParseTuple(arguments, "OO", &object, &sequence)) throw PythonError{};
    LabelParser& parser = parser_of(self);
    Rows& rows = rows_of(object);
    const std::vector<std::uint32_t> numbers = numbers_of(sequence, rows);
    LabelReader reader(parser.is_json);
    Ref list(PyList_New(static_cast<Py_ssize_t>(numbers.size())));
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      PyList_SET_ITEM(list.get(), static_cast<Py_ssize_t>(i), Ref(PyDict_New()).release());
    }
    const Reading lock(rows.mutex);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      const auto at = static_cast<Py_ssize_t>(i);
      if (write_labels(parser, reader, rows[numbers[i]], PyList_GET_ITEM(list.get(), at))) continue;
      PyList_SetItem(list.get(), at, Py_NewRef(Py_None));
    }
    return list.release();
  });
}

PyMethodDef parser_methods[] = {
    {"labels", parser_labels, METH_VARARGS, "labels(rows, numbers)\n--\n\n"}, {}};

PyType_Slot parser_slots[] = {{Py_tp_new, reinterpret_cast<void*>(parser_new)},
                              {Py_tp_dealloc, reinterpret_cast<void*>(parser_delete)},
                              {Py_tp_methods, parser_methods},
                              {0, nullptr}};
PyType_Spec parser_spec = {"whiteroom_monitoring.logs._native.LabelParser",
                           sizeof(LabelParserObject), 0, Py_TPFLAGS_DEFAULT, parser_slots};

}  // namespace

bool add_labels(PyObject* module) {
  PyObject* const type = PyType_FromSpec(&parser_spec);
  return type != nullptr && PyModule_AddObject(module, "LabelParser", type) == 0;
}

}  // namespace whiteroom::logs
