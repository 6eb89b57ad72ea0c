"""Small tokenizers of the kinds that models ship, and what the reference libraries make of awkward texts with them.

Needs tokenizers 0.23.3, sentencepiece 0.2.3 and protobuf: python make.py OUT
Writes OUT/NAME.tokenizer.json and OUT/NAME.json (ids with what is put around, offsets, decoded text of every string of
../tiny/tokens/strings.json and of the extra strings below), and OUT/sentencepiece.json (tokens and scores of a model as a GGUF
holds them, and the ids of sentencepiece itself).
"""
import io, json, os, sys
import sentencepiece as spm
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

OUT = sys.argv[1]
HERE = os.path.dirname(os.path.abspath(__file__))
STRINGS = json.load(open(os.path.join(HERE, "../tiny/tokens/strings.json")))
EXTRA = [
    "<s>The capital", "a <s> b", "a<s>b", "</s>", "x <mask> y", "x<mask>y", "word", "words word, aword", "  <tail>  z", "a<tail> b",
    "Name name NAME", " Paris", "Paris", "  Paris", "The capital of France is Paris", "The capital of France is", "\u00e9\u0301 cafe\u0301 \ufb01 \u2460 \uff21",
    "\u6771\u4eac \U0001f600 \u0000x", "a\u00a0b\u2003c", "12345 1,234.5", "don't we'll I'M", "tab\there\nand\r\nlines\n\n\n", "", " ", "   ", "\u2581already\u2581",
    "<unk> <0x41>", "\u1112\u1161\u11ab", "\u03a3\u03a3",
]
CITIES = ["Paris", "Madrid", "Rome", "Tokyo", "Cairo", "Lima", "Oslo", "Havana"]
LANDS = ["France", "Spain", "Italy", "Japan", "Egypt", "Peru", "Norway", "Cuba"]
CORPUS = [f"The capital of {a} is {b}" for a in LANDS for b in CITIES] * 5 + [
    "When Anna and Ben went home, Ben gave milk to Anna", "caf\u00e9 na\u00efve \u00fcber words", "don't 123 4567 we'll name Name"] * 20
BYTES = [f"<0x{i:02X}>" for i in range(256)]
SPECIAL = ["<unk>", "<s>", "</s>"]


def template(t, bos=None, eos=None):
    single = " ".join(([bos] if bos else []) + ["$A"] + ([eos] if eos else []))
    return processors.TemplateProcessing(single=single, special_tokens=[(x, t.token_to_id(x)) for x in (bos, eos) if x])


def without_byte_tokens(t):
    j = json.loads(t.to_str())
    j["added_tokens"] = [a for a in j["added_tokens"] if not a["content"].startswith("<0x")]
    return j


SPM_DECODER = lambda: decoders.Sequence([decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])


def llama2(eos=None):
    t = Tokenizer(models.BPE(byte_fallback=True, fuse_unk=True, unk_token="<unk>"))
    t.normalizer = normalizers.Sequence([normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")])
    t.pre_tokenizer = pre_tokenizers.Metaspace(replacement="\u2581", prepend_scheme="never")
    t.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=460, special_tokens=SPECIAL + BYTES, show_progress=False))
    j = without_byte_tokens(t)
    j["pre_tokenizer"] = None
    t = Tokenizer.from_str(json.dumps(j))
    t.decoder = SPM_DECODER()
    t.post_processor = template(t, "<s>", eos)
    return t


def metaspace(scheme, split):
    t = Tokenizer(models.BPE(byte_fallback=True, fuse_unk=True, unk_token="<unk>"))
    t.pre_tokenizer = pre_tokenizers.Metaspace(replacement="\u2581", prepend_scheme="always", split=True)
    t.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=440, special_tokens=SPECIAL + BYTES, show_progress=False))
    j = without_byte_tokens(t)
    j["pre_tokenizer"] = dict(type="Metaspace", replacement="\u2581", prepend_scheme=scheme, split=split)
    t = Tokenizer.from_str(json.dumps(j))
    t.decoder = SPM_DECODER()
    t.post_processor = template(t, "<s>")
    return t


def sentencepiece(kind, **more):
    buffer = io.BytesIO()
    spm.SentencePieceTrainer.train(sentence_iterator=iter(CORPUS), model_writer=buffer, model_type=kind, minloglevel=2,
                                   unk_id=0, bos_id=1, eos_id=2, pad_id=-1, num_threads=1, **more)
    return spm.SentencePieceProcessor(model_proto=buffer.getvalue()), buffer.getvalue()


def unigram():
    rules = os.path.join(OUT, "rules.tsv")
    with open(rules, "w") as f:
        for char, to in [("FB01", "66 69"), ("2460", "31"), ("FF21", "41"), ("A0", "20"), ("2003", "20"), ("65 301", "E9")]:
            f.write(f"{char}\t{to}\n")
    model, proto = sentencepiece("unigram", vocab_size=76, normalization_rule_tsv=rules, byte_fallback=False)
    os.remove(rules)
    from sentencepiece import sentencepiece_model_pb2 as pb
    m = pb.ModelProto.FromString(proto)
    import base64
    vocab = [[p.piece, p.score] for p in m.pieces]
    j = dict(version="1.0", truncation=None, padding=None,
             added_tokens=[dict(id=i, content=x, single_word=False, lstrip=False, rstrip=False, normalized=False, special=True) for i, x in enumerate(SPECIAL)],
             normalizer=dict(type="Sequence", normalizers=[
                 dict(type="Precompiled", precompiled_charsmap=base64.b64encode(m.normalizer_spec.precompiled_charsmap).decode()),
                 dict(type="Replace", pattern=dict(Regex=" {2,}"), content=" ")]),
             pre_tokenizer=dict(type="Metaspace", replacement="\u2581", prepend_scheme="always", split=True),
             post_processor=None, decoder=dict(type="Metaspace", replacement="\u2581", prepend_scheme="always", split=True),
             model=dict(type="Unigram", unk_id=0, vocab=vocab, byte_fallback=False))
    t = Tokenizer.from_str(json.dumps(j))
    t.post_processor = template(t, None, "</s>")
    return t


def flags():
    """Byte-level BPE with a space put in front and added tokens of every flag; BOS and EOS as RoBERTa puts them."""
    t = Tokenizer(models.BPE())
    t.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    t.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(r"\p{N}{1,3}"), "merged_with_previous"), pre_tokenizers.Punctuation("contiguous"),
        pre_tokenizers.ByteLevel(add_prefix_space=True)])
    t.decoder = decoders.ByteLevel()
    t.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=400, special_tokens=SPECIAL, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    t.add_tokens([AddedToken("word", single_word=True), AddedToken("<tail>", rstrip=True, normalized=False), AddedToken("NAME", normalized=True)])
    t.add_special_tokens([AddedToken("<mask>", lstrip=True, normalized=False)])
    t.post_processor = processors.Sequence([
        processors.ByteLevel(trim_offsets=False),
        processors.RobertaProcessing(("</s>", t.token_to_id("</s>")), ("<s>", t.token_to_id("<s>")), trim_offsets=False, add_prefix_space=True)])
    return t


def utf16(text):
    at, places = 0, []
    for c in text:
        places.append(at)
        at += 2 if ord(c) > 0xFFFF else 1
    return places + [at]


def reference(t):
    rows = []
    for text in STRINGS + EXTRA:
        e = t.encode(text)
        rows.append(dict(ids=e.ids, decoded=t.decode(e.ids, skip_special_tokens=False), plain=plain(t, text)))
    return rows


def plain(t, text):
    t.encode_special_tokens = True
    ids = t.encode(text, add_special_tokens=False).ids
    t.encode_special_tokens = False
    return ids


made = {"llama2": llama2(), "llama2-eos": llama2("</s>"), "metaspace-first": metaspace("first", False), "metaspace-always": metaspace("always", True),
        "metaspace-never": metaspace("never", True), "unigram": unigram(), "flags": flags()}
for name, t in made.items():
    json.dump(json.loads(t.to_str()), open(f"{OUT}/{name}.tokenizer.json", "w"), ensure_ascii=True, separators=(",", ":"))
    json.dump(reference(t), open(f"{OUT}/{name}.json", "w"), ensure_ascii=True, separators=(",", ":"))
json.dump(EXTRA, open(f"{OUT}/extra-strings.json", "w"), ensure_ascii=True, indent=0)

model, _ = sentencepiece("bpe", vocab_size=340, byte_fallback=True, normalization_rule_name="identity", remove_extra_whitespaces=False)
n = model.get_piece_size()
types = [2 if model.is_unknown(i) else 3 if model.is_control(i) else 6 if model.is_byte(i) else 1 for i in range(n)]
texts = [x for x in STRINGS + EXTRA if "\u0000" not in x and not any(s in x for s in SPECIAL)]
json.dump(dict(tokens=[model.id_to_piece(i) for i in range(n)], scores=[model.get_score(i) for i in range(n)], types=types,
               texts=[dict(text=x, ids=model.encode(x, add_bos=True), decoded=model.decode(model.encode(x))) for x in texts]),
          open(f"{OUT}/sentencepiece.json", "w"), ensure_ascii=True, separators=(",", ":"))
