/* SPDX-License-Identifier: MIT */
/* What a loadable module asks of and offers to the process it is loaded into (SEC-38), read from
 * its file without any tool. */
#ifndef ENCVOY_TESTS_UNIT_ELF_FACTS_H
#define ENCVOY_TESTS_UNIT_ELF_FACTS_H

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define ELF_FACTS_MAX 64

struct elf_facts {
	const char *needed[ELF_FACTS_MAX];
	size_t n_needed;
	const char *exported[ELF_FACTS_MAX];
	size_t n_exported;
	bool tls;
	bool text_relocations;
	bool nodelete;
	bool bind_now;
	bool executable_stack;
};

static inline const ElfW(Shdr) * elf_section(const char *base, unsigned type)
{
	const ElfW(Ehdr) *eh = (const void *)base;
	const ElfW(Shdr) *sh = (const void *)(base + eh->e_shoff);

	for (unsigned i = 0; i < eh->e_shnum; i++)
		if (sh[i].sh_type == type)
			return &sh[i];
	return NULL;
}

static inline const char *elf_strings(const char *base, const ElfW(Shdr) * of)
{
	const ElfW(Ehdr) *eh = (const void *)base;
	const ElfW(Shdr) *all = (const void *)(base + eh->e_shoff);

	return base + all[of->sh_link].sh_offset;
}

static inline void elf_dynamic(const char *base, struct elf_facts *f)
{
	const ElfW(Shdr) *sh = elf_section(base, SHT_DYNAMIC);
	const ElfW(Dyn) *d = sh ? (const void *)(base + sh->sh_offset) : NULL;
	const char *strings = sh ? elf_strings(base, sh) : NULL;

	for (; d && d->d_tag != DT_NULL; d++) {
		if (d->d_tag == DT_NEEDED && f->n_needed < ELF_FACTS_MAX)
			f->needed[f->n_needed++] = strings + d->d_un.d_val;
		f->text_relocations = f->text_relocations || d->d_tag == DT_TEXTREL ||
				      (d->d_tag == DT_FLAGS && (d->d_un.d_val & DF_TEXTREL));
		f->bind_now =
		    f->bind_now || (d->d_tag == DT_FLAGS && (d->d_un.d_val & DF_BIND_NOW));
		f->nodelete =
		    f->nodelete || (d->d_tag == DT_FLAGS_1 && (d->d_un.d_val & DF_1_NODELETE));
	}
}

static inline void elf_exports(const char *base, struct elf_facts *f)
{
	const ElfW(Shdr) *sh = elf_section(base, SHT_DYNSYM);
	const ElfW(Sym) *sym = sh ? (const void *)(base + sh->sh_offset) : NULL;
	const char *strings = sh ? elf_strings(base, sh) : NULL;

	for (size_t i = 0; sym && i < sh->sh_size / sizeof(*sym); i++)
		if (sym[i].st_shndx != SHN_UNDEF && sym[i].st_shndx != SHN_ABS &&
		    f->n_exported < ELF_FACTS_MAX)
			f->exported[f->n_exported++] = strings + sym[i].st_name;
}

static inline void elf_segments(const char *base, struct elf_facts *f)
{
	const ElfW(Ehdr) *eh = (const void *)base;
	const ElfW(Phdr) *ph = (const void *)(base + eh->e_phoff);

	for (unsigned i = 0; i < eh->e_phnum; i++) {
		f->tls = f->tls || ph[i].p_type == PT_TLS;
		f->executable_stack =
		    f->executable_stack || (ph[i].p_type == PT_GNU_STACK && (ph[i].p_flags & PF_X));
	}
}

/* The file stays mapped, because the facts point into it. */
static inline bool elf_facts(const char *path, struct elf_facts *ret)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	const char *base;

	*ret = (struct elf_facts){0};
	if (fd < 0 || fstat(fd, &st) != 0)
		return false;
	base = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (base == MAP_FAILED || memcmp(base, ELFMAG, SELFMAG) != 0)
		return false;
	elf_segments(base, ret);
	elf_dynamic(base, ret);
	elf_exports(base, ret);
	return true;
}

#endif
