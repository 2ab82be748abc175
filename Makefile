# 稳报 Wenbao. Two commands are enough: `make run` and `make test`.

GO    ?= go
TAGS  := x11,migrated_fynedo
BIN   := bin


.PHONY: help run test build windows wine bench screenshots fonts clean

help:
	@sed -n 's/^## //p' $(MAKEFILE_LIST)

## make run          install what is missing, build, open the application in practice mode
run:
	@scripts/packages $$( [ -n "$$DISPLAY" ] && echo build || echo run )
	@$(MAKE) --no-print-directory $(BIN)/wenbao
	@if [ -n "$$DISPLAY" ]; then exec $(BIN)/wenbao --practice; fi; \
	echo "No display here (DISPLAY is empty): taking one registration through the real window under Xvfb instead."; \
	scripts/e2e -way tour

## make test         install what is missing and run every check (.ci/run calls this)
test:
	@scripts/packages test
	@scripts/check

## make build        the four programs in bin/
build: $(BIN)/wenbao $(BIN)/wenbaoctl $(BIN)/wenbaod $(BIN)/wenbaodev

# go build knows what is up to date better than make does.
.PHONY: $(BIN)/wenbao $(BIN)/wenbaoctl $(BIN)/wenbaod $(BIN)/wenbaodev
$(BIN)/wenbao $(BIN)/wenbaodev:
	@echo "Building $@ (the first build of the window library takes about four minutes on two cores)"
	@$(GO) build -tags $(TAGS) -o $@ ./cmd/$(@F)
$(BIN)/wenbaoctl $(BIN)/wenbaod:
	@CGO_ENABLED=0 $(GO) build -o $@ ./cmd/$(@F)

## make windows      the application for Windows, with icon and version, in out/windows (11 minutes the first time)
windows:
	@GO=$(GO) scripts/windows

## make wine         start it under wine and leave a picture of its first page in out/windows
wine: windows
	@scripts/wine

## make bench        every figure that has a goal, beside its yardstick, in one table
bench:
	@scripts/packages bench
	@$(GO) run ./scripts/bench

## make screenshots  every page in every state in out/story, and contact sheets in docs/pictures
screenshots: $(BIN)/wenbaodev
	@$(BIN)/wenbaodev story -o out/story --look both --lang zh-CN --sheets docs/pictures
	@$(BIN)/wenbaodev story -o out/story --look light --lang en --sheets docs/pictures
	@$(BIN)/wenbaodev story -o out/story-200 --look light --lang zh-CN --text 2 --sheets docs/pictures
	@for picture in form=form-person-problems home=home registration=registration-verified review=form-review-problems; do \
		cp out/story/$${picture#*=}.zh-CN.light.png docs/pictures/ui-$${picture%%=*}.png || exit 1; done

## make fonts        rebuild the embedded fonts from their sources
fonts:
	@scripts/fonts/build

clean:
	rm -rf $(BIN) out
