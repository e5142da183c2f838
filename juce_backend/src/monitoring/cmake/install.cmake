# Installs the core, its headers and what find_package(WhiteRoomMonitoring) needs.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(headers ${CMAKE_INSTALL_INCLUDEDIR})
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/WhiteRoomMonitoring)

install(DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}/include/ DESTINATION ${headers} COMPONENT cpp
        FILES_MATCHING PATTERN "*.h")

# A library and the file that describes its target.
function(whiteroom_install target name description)
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
  target_include_directories(${target} INTERFACE $<INSTALL_INTERFACE:${headers}>)
  install(TARGETS ${target} EXPORT ${description}
          ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT cpp)
  install(EXPORT ${description} NAMESPACE WhiteRoom:: DESTINATION ${package} COMPONENT cpp)
endfunction()
whiteroom_install(whiteroom_monitoring monitoring WhiteRoomMonitoringTargets)
if(TARGET whiteroom_monitoring_endpoint)
  whiteroom_install(whiteroom_monitoring_endpoint monitoring_endpoint
                    WhiteRoomMonitoringEndpointTargets)
endif()

configure_package_config_file(cmake/WhiteRoomMonitoringConfig.cmake.in
  WhiteRoomMonitoringConfig.cmake INSTALL_DESTINATION ${package})
write_basic_package_version_file(WhiteRoomMonitoringConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/WhiteRoomMonitoringConfig.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/WhiteRoomMonitoringConfigVersion.cmake
              cmake/FindMicroHTTPD.cmake
        DESTINATION ${package} COMPONENT cpp)
